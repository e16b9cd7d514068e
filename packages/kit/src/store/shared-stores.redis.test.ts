import { createLimiter, type Limiter, memoryStore, tokenBucket } from "@sluice/limiter";
import type { MetricsRegistry } from "@sluice/telemetry";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Assembly, assemble } from "../assembly/assemble.js";
import { samples, storeModes, vendor } from "../assembly/rig.test-support.js";
import type { ApiOptions, RedisSettings } from "../options/api-options.js";
import { Redis, Registry } from "../users-own.test-support.js";

const charge = { bucket: "b", limit: tokenBucket({ refillRate: 0.001, burst: 3 }) };

let server: RedisServer;
/** The same for all clients of a test, and patient: a stall is no outage, and a server that was killed hangs up at once. */
let settings: RedisSettings;
const open: Assembly[] = [];

beforeEach(async () => {
  server = await startRedisServer();
  settings = { url: server.url, commandTimeoutMs: 10_000 };
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(open.splice(0).map((assembly) => assembly.close()));
  await server.stop();
});

function client(options: ApiOptions = {}) {
  const registry = new Registry();
  const assembly = assemble({ redis: settings, registry, ...options }, vendor);
  open.push(assembly);
  return { assembly, registry, limiter: () => assembly.limiterFor("main") };
}

function logger() {
  return { info: vi.fn(), warn: vi.fn() };
}

/** Asks until the store's absence or return is noticed. */
async function askUntil(limiter: () => Limiter, noticed: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + 10_000;
  while (!(await noticed())) {
    if (performance.now() > untilMs) throw new Error("not noticed within 10 s");
    await limiter().tryAcquire(charge);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Connections that Sluice has open at the server, by its own word. */
async function connections(): Promise<number> {
  const probe = new Redis(server.url);
  const list = String(await probe.client("LIST"));
  probe.disconnect();
  return list.split("\n").filter((line) => line.includes("name=sluice")).length;
}

describe("clients of one Redis", () => {
  it("share one store and its quota; the last to close closes it, and a new client starts again where they were", async () => {
    const [one, other] = [client(), client()];
    expect(await connections()).toBe(0);
    await one.limiter().tryAcquire(charge);
    await other.limiter().tryAcquire(charge);
    const shared = await connections();
    expect(await one.limiter().peek(charge)).toMatchObject({ kind: "allowed", remaining: 1 });

    await one.assembly.close();
    expect(await connections()).toBe(shared);
    expect(await other.limiter().tryAcquire(charge)).toMatchObject({ kind: "allowed", remaining: 0 });
    await other.assembly.close();
    await expect.poll(connections, { timeout: 10_000 }).toBe(0);

    expect(await client().limiter().tryAcquire(charge)).toMatchObject({ kind: "delayed" });
  });

  it("share a client that the user owns, and never close it", async () => {
    const redis = new Redis(server.url);
    // Connected before it is asked about tokens, which it has half a second for.
    await redis.ping();
    const [one, other] = [client({ redis }), client({ redis })];
    await one.limiter().tryAcquire({ ...charge, cost: 3 });
    expect(await other.limiter().tryAcquire(charge)).toMatchObject({ kind: "delayed" });
    await one.assembly.close();
    await other.assembly.close();
    expect(redis.status).toBe("ready");
    expect(await redis.ping()).toBe("PONG");
    expect(await client({ redis }).limiter().tryAcquire(charge)).toMatchObject({ kind: "delayed" });
    redis.disconnect();
  });
});

describe("an outage", () => {
  it("is told once to each logger when it begins and when it ends, however many clients share it; the metrics follow", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const [mine, yours] = [logger(), logger()];
    const clients = [client({ log: mine }), client({ log: mine }), client({ log: yours }), client()];
    const modes = () => Promise.all(clients.map(({ registry }) => storeModes(registry)));
    const all = (mode: string) => clients.map(() => [mode]);
    const [{ limiter }] = clients as [(typeof clients)[0]];
    await limiter().tryAcquire(charge);
    expect(await modes()).toEqual(all("shared"));

    await server.kill();
    await askUntil(limiter, () => mine.warn.mock.calls.length > 0);
    for (const { limiter: every } of clients) for (let n = 0; n < 5; n += 1) await every().tryAcquire(charge);
    expect(await modes()).toEqual(all("local"));
    for (const log of [mine, yours]) {
      expect(log.warn.mock.calls).toEqual([[{ event: "store-down" }, expect.stringContaining("Check that it runs")]]);
      expect(log.info).not.toHaveBeenCalled();
    }

    // Who comes in the middle of it sees it.
    const late = client();
    expect(await storeModes(late.registry)).toEqual(["local"]);

    await server.restart();
    await askUntil(limiter, () => mine.info.mock.calls.length > 0);
    expect(await modes()).toEqual(all("shared"));
    expect(await storeModes(late.registry)).toEqual(["shared"]);
    for (const log of [mine, yours]) {
      expect(log.warn).toHaveBeenCalledTimes(1);
      expect(log.info.mock.calls).toEqual([[{ event: "store-up" }, expect.stringContaining("shared again")]]);
    }
    expect(warn).not.toHaveBeenCalled();
  });

  it("is a process warning where nobody logs, one for its beginning and one for its end", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const [one, other] = [client({ onStoreError: "open" }), client({ onStoreError: "open" })];
    await one.limiter().tryAcquire(charge);
    await server.kill();
    await askUntil(one.limiter, () => warn.mock.calls.length > 0);
    for (let n = 0; n < 20; n += 1) await other.limiter().tryAcquire(charge);
    expect(await storeModes(other.registry)).toEqual(["open"]);
    await server.restart();
    await askUntil(one.limiter, () => warn.mock.calls.length > 1);
    for (let n = 0; n < 20; n += 1) await other.limiter().tryAcquire(charge);
    const about = { type: "SluiceWarning", code: "SLUICE_STORE" };
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining("calls are NOT limited"), about],
      [expect.stringContaining("shared again"), about],
    ]);
  });

  it("at the very start fails no creation and no call, and what a failing logger misses is a warning", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await server.stop();
    const log = {
      info() {},
      warn() {
        throw new Error("disk full");
      },
    };
    const { limiter, registry } = client({ log, onStoreError: "open" });
    for (let n = 0; n < 5; n += 1) expect(await limiter().tryAcquire(charge)).toMatchObject({ kind: "allowed" });
    expect(await storeModes(registry)).toEqual(["open"]);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it("is not told to those who have closed", async () => {
    vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const log = logger();
    const [gone, here] = [client({ log }), client()];
    await here.limiter().tryAcquire(charge);
    await gone.assembly.close();
    await server.kill();
    await askUntil(here.limiter, async () => (await storeModes(here.registry))[0] === "local");
    expect(log.warn).not.toHaveBeenCalled();
  });
});

describe("metrics of several clients on one registry", () => {
  const counts = async (registry: MetricsRegistry) =>
    Object.fromEntries(
      Object.entries(await samples(registry, "sluice_store_mode"))
        .filter(([, value]) => value !== 0)
        .map(([labels, value]) => [/mode="(\w+)"/.exec(labels)?.[1] ?? "", value]),
    );

  it("show an outage of one as long as it lasts and no longer, whatever those on another Redis do", async () => {
    const healthy = await startRedisServer();
    try {
      const registry = new Registry();
      const log = logger();
      const there = { registry, redis: { ...settings, url: healthy.url } };
      const [away, also] = [client({ registry, log }), client({ registry, log })];
      await away.limiter().tryAcquire(charge);
      expect(await counts(registry)).toEqual({ shared: 2 });
      await server.kill();
      await askUntil(away.limiter, () => log.warn.mock.calls.length > 0);
      expect(await counts(registry)).toEqual({ local: 2 });

      const here = client(there);
      await here.limiter().tryAcquire(charge);
      expect(await counts(registry)).toEqual({ local: 2, shared: 1 });

      // One that comes and goes in the middle of it leaves nothing behind, whether or not it was used.
      const brief = client({ registry, log });
      expect(await counts(registry)).toEqual({ local: 3, shared: 1 });
      await brief.assembly.close();
      await also.assembly.close();
      expect(await counts(registry)).toEqual({ local: 1, shared: 1 });
      await away.assembly.close();
      await away.assembly.close();
      expect(await counts(registry)).toEqual({ shared: 1 });
      await here.limiter().tryAcquire(charge);
      await here.assembly.close();
      expect(await counts(registry)).toEqual({});
    } finally {
      await Promise.all(open.splice(0).map((assembly) => assembly.close()));
      await healthy.stop();
    }
  });

  it("count none whose limiter is the user's own, though it has other things in that Redis", async () => {
    const registry = new Registry();
    const log = logger();
    const limiter = createLimiter({ store: memoryStore() });
    const own = client({ registry, limiter });
    await own.assembly.tokens.get("t", { secret: "s", refresh: async () => ({ value: "v", lifetimeMs: 60_000 }) });
    const { limiter: asked } = client({ log });
    await asked().tryAcquire(charge);
    await server.kill();
    await askUntil(asked, () => log.warn.mock.calls.length > 0);
    expect(await storeModes(registry)).toEqual([]);
    await limiter.close();
  });
});

it("a limiter over a leased store is the account's own", async () => {
  const { assembly } = client();
  expect(assembly.limiterFor("main")).toBe(assembly.limiterFor("main"));
  await assembly.limiterFor("main").tryAcquire({ ...charge, cost: 3 });
  expect(await assembly.limiterFor("second").tryAcquire(charge)).toMatchObject({ kind: "allowed" });
});
