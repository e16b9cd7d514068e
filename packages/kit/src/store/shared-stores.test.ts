import { createFakeClock } from "@sluice/core/testing";
import { createLimiter, tokenBucket } from "@sluice/limiter";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { leaseStore, type StoreWish } from "./shared-stores.js";

const charge = { bucket: "b", limit: tokenBucket({ refillRate: 1, burst: 3 }) };
const wish: StoreWish = { redis: undefined, onStoreError: "local", log: undefined, onMode: () => {}, clock: undefined };

function limiterOn(lease: ReturnType<typeof leaseStore>, account = "main") {
  return createLimiter({ store: lease.store, provider: "acme", account });
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

describe("the memory store", () => {
  it("is one for the process, so two clients of one account share its buckets, and two accounts do not", async () => {
    vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const [one, other] = [leaseStore(wish), leaseStore(wish)];
    expect(one.mode).toBe("memory");
    await limiterOn(one).tryAcquire({ ...charge, cost: 3 });
    expect(await limiterOn(other).tryAcquire(charge)).toMatchObject({ kind: "delayed" });
    expect(await limiterOn(other, "second").tryAcquire(charge)).toMatchObject({ kind: "allowed" });
    await one.release();
    expect(await limiterOn(leaseStore(wish)).tryAcquire(charge)).toMatchObject({ kind: "delayed" });
  });

  it("is another one for each clock that is given, and warns of nothing there", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const { leaseStore: fresh } = await import("./shared-stores.js");
    const clock = createFakeClock();
    const store = fresh({ ...wish, clock }).store;
    expect(fresh({ ...wish, clock }).store).toBe(store);
    expect(fresh({ ...wish, clock: createFakeClock() }).store).not.toBe(store);
    expect(warn).not.toHaveBeenCalled();
  });

  it("is told of once in the process, by a warning that says what to do", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const { leaseStore: fresh } = await import("./shared-stores.js");
    for (let n = 0; n < 3; n += 1) fresh(wish);
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(/in this process alone; set REDIS_URL/),
        { type: "SluiceWarning", code: "SLUICE_MEMORY_STORE" },
      ],
    ]);
  });

  it("is told of by the logger instead where there is one, unless that fails", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const log = { info: vi.fn(), warn: vi.fn() };
    const { leaseStore: fresh } = await import("./shared-stores.js");
    fresh({ ...wish, log });
    fresh(wish);
    expect(log.warn.mock.calls).toEqual([[{ code: "SLUICE_MEMORY_STORE" }, expect.stringContaining("REDIS_URL")]]);
    expect(warn).not.toHaveBeenCalled();

    vi.resetModules();
    const { leaseStore: again } = await import("./shared-stores.js");
    log.warn.mockImplementation(() => {
      throw new Error("disk full");
    });
    expect(again({ ...wish, log }).mode).toBe("memory");
    expect(warn).toHaveBeenCalledTimes(1);
  });
});

describe("a store in Redis", () => {
  let server: Server;
  let url: string;
  let connections = 0;

  beforeEach(async () => {
    connections = 0;
    server = createServer((socket) => {
      connections += 1;
      socket.on("error", () => {}).resume();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it("connects to nothing before it is used", async () => {
    const lease = leaseStore({ ...wish, redis: url });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(connections).toBe(0);
    const asked = limiterOn(lease).tryAcquire(charge);
    await expect.poll(() => connections, { timeout: 10_000 }).toBeGreaterThan(0);
    await lease.release();
    await asked.catch(() => {});
  });

  it("is one for a URL and a policy, whoever asks", async () => {
    const leases = [
      leaseStore({ ...wish, redis: url }),
      leaseStore({ ...wish, redis: url }),
      leaseStore({ ...wish, redis: url, onStoreError: "open" }),
      leaseStore({ ...wish, redis: `${url}/1` }),
    ];
    const stores = leases.map(({ store }) => store);
    expect(stores[1]).toBe(stores[0]);
    expect(new Set(stores).size).toBe(3);
    expect(leases.map(({ mode }) => mode)).toEqual(["shared", "shared", "shared", "shared"]);
    await Promise.all(leases.map((lease) => lease.release()));
  });

  it("is closed by the last to leave, however often one leaves; who comes then gets a new one", async () => {
    const [first, second] = [leaseStore({ ...wish, redis: url }), leaseStore({ ...wish, redis: url })];
    const close = vi.spyOn(first.store, "close");
    await first.release();
    await first.release();
    expect(close).not.toHaveBeenCalled();
    await second.release();
    expect(close).toHaveBeenCalledTimes(1);
    const third = leaseStore({ ...wish, redis: url });
    expect(third.store).not.toBe(first.store);
    await second.release();
    expect(leaseStore({ ...wish, redis: url }).store).toBe(third.store);
  });

  it("is one for a client object and a policy", async () => {
    const [mine, yours] = [0, 1].map(() => ({ evalsha: () => {}, duplicate: () => {} }) as never);
    const store = leaseStore({ ...wish, redis: mine }).store;
    expect(leaseStore({ ...wish, redis: mine }).store).toBe(store);
    expect(leaseStore({ ...wish, redis: mine, onStoreError: "closed" }).store).not.toBe(store);
    expect(leaseStore({ ...wish, redis: yours }).store).not.toBe(store);
  });
});
