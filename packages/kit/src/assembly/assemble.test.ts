import { ConfigError, type Hook, type Outcome, runCall } from "@sluice/core";
import { createLimiter, memoryStore } from "@sluice/limiter";
import { afterEach, describe, expect, it, vi } from "vitest";
import { leaseStore } from "../store/shared-stores.js";
import { Registry } from "../users-own.test-support.js";
import { assemble, assemblePlain } from "./assemble.js";
import { charge, client, reply, samples, sender, storeModes, vendor } from "./rig.test-support.js";

vi.mock("../store/shared-stores.js", { spy: true });
afterEach(() => void vi.clearAllMocks());

const hooks: readonly Hook[] = [
  { name: "mine", before: () => {} },
  { name: "whole", stage: "call", wrap: (next, call) => next(call) },
  { name: "own-log", after: () => {}, error: () => {} },
];

describe("the chain of a factory", () => {
  it("is retry, metrics, rate limit, then the user's hooks of the stage", () => {
    expect(client({ hooks }).assembly.hooks.describe()).toBe(
      [
        "call stage, once per logical call, outermost first:",
        "  1. whole (wrap)",
        "attempt stage, once per HTTP request, outermost first:",
        "  1. retry (wrap)",
        "  2. metrics (after, error)",
        "  3. rate-limit (wrap)",
        "  4. mine (before)",
        "  5. own-log (after, error)",
        "  transport",
      ].join("\n"),
    );
  });

  it("has no retry where the user wants none", async () => {
    const { assembly, send } = client({ retry: false });
    expect(assembly.hooks.list("attempt").map(({ name }) => name)).toEqual(["metrics", "rate-limit"]);
    const transport = vi.fn(() => reply(503));
    expect(await send(transport)).toMatchObject({ status: 503 });
    expect(transport).toHaveBeenCalledTimes(1);
  });

  it("refuses a hook named like another, standard ones included, and leases no store for it", () => {
    for (const name of ["retry", "metrics", "rate-limit", "mine"]) {
      expect(() => client({ hooks: [...hooks, { name }] })).toThrow(`There is already a hook named ${name}`);
    }
    expect(leaseStore).not.toHaveBeenCalled();
  });

  it.each([
    [{ mode: "on" }, {}, "mode"],
    [{ timeoutMs: 0 }, {}, "timeoutMs"],
    [{ registry: {} }, {}, "registry"],
    [{ retry: { maxRetries: -1 } }, {}, "maxRetries"],
    [{ retry: { baseMs: Number.NaN } }, {}, "baseMs"],
    [{}, { REDIS_URL: "nowhere" }, "REDIS_URL"],
  ])("refuses %j %j at once, before a store is leased", (options, env, option) => {
    const problem = (() => {
      try {
        return client(options as never, { env });
      } catch (error) {
        return error;
      }
    })();
    expect(problem).toBeInstanceOf(ConfigError);
    expect(problem).toMatchObject({ option });
    expect(leaseStore).not.toHaveBeenCalled();
  });

  it("takes the process's environment where the vendor names no other", () => {
    vi.stubEnv("SLUICE_MODE", "shadow");
    const { env: _, ...parts } = vendor;
    expect(assemble({ registry: new Registry(), clock: client().clock }, parts).mode).toBe("shadow");
    vi.unstubAllEnvs();
  });
});

describe("a call through it", () => {
  it("waits inside its deadline, and neither stage counts the wait as duration", async () => {
    const outcomes: Outcome[] = [];
    const watch = {
      name: "watch",
      stage: "call",
      after: (_call: unknown, outcome: Outcome) => void outcomes.push(outcome),
    } as const;
    const { assembly, clock, registry } = client({ hooks: [watch], timeoutMs: 250 });
    const transport = () =>
      new Promise<ReturnType<typeof reply>>((resolve) => clock.setTimer(() => resolve(reply(200)), 7));
    const request = { provider: "acme", account: "main", operation: "list", timeoutMs: assembly.timeoutMs, clock };
    const calls = Array.from({ length: 6 }, () =>
      runCall(assembly.hooks, request, (call) => assembly.hooks.run("attempt", call, transport)).catch(
        (error: unknown) => error,
      ),
    );
    await clock.advance(1000);
    // Two at once, one each 100 ms, and those that would come after 250 ms are told so at once.
    expect(outcomes.map(({ waitedMs, durationMs }) => [waitedMs, durationMs])).toEqual([
      [0, 7],
      [0, 7],
      [100, 7],
      [200, 7],
    ]);
    expect((await Promise.all(calls)).slice(4)).toMatchObject([
      { code: "LIMIT_EXCEEDED", account: "main" },
      { code: "LIMIT_EXCEEDED", account: "main" },
    ]);
    const place = 'provider="acme",account="main",operation="list"';
    expect(await samples(registry, "sluice_rate_limit_wait_seconds_sum")).toEqual({ [place]: expect.closeTo(0.3) });
    expect(await samples(registry, "sluice_api_request_duration_seconds_sum")).toEqual({
      [place]: expect.closeTo(0.028),
    });
    expect(await samples(registry, "sluice_api_requests_total")).toEqual({
      [`${place},caller="",outcome="ok"`]: 4,
      [`${place},caller="",outcome="limit_exceeded"`]: 2,
    });
    expect(await samples(registry, "sluice_rate_limit_timeouts_total")).toEqual({ [`${place},caller=""`]: 2 });
  });

  it("shares its account's quota with every other client of the process", async () => {
    const { clock, send } = client();
    const other = sender(assemble({ clock, registry: new Registry() }, vendor));
    await Promise.all([send(() => reply(200)), other(() => reply(200))]);
    const third = send(() => reply(200));
    await clock.advance(99);
    const early = await Promise.race([third, "waiting"]);
    await clock.advance(1);
    expect([early, await third]).toEqual(["waiting", reply(200)]);
    // Another account has its own.
    await other(() => reply(200), { account: "second" });
    expect(clock.now()).toBe(100);
  });

  it("keeps the vendor's cap on requests in flight", async () => {
    const { clock, send } = client({}, { maxInFlight: 1, quota: () => [] });
    let ended = 0;
    const slow = () => new Promise<number>((resolve) => clock.setTimer(() => resolve((ended += 1)), 10));
    for (let n = 0; n < 3; n += 1) void send(slow);
    await clock.advance(25);
    expect(ended).toBe(2);
  });

  it("reports what goes wrong with the provider's word to onHookError", async () => {
    const failures: unknown[] = [];
    const feedback = () => {
      throw new Error("bug");
    };
    const { send } = client({ onHookError: (failure) => failures.push(failure) }, { feedback });
    expect(await send(() => reply(200))).toMatchObject({ status: 200 });
    expect(failures).toMatchObject([{ hook: "rate-limit", error: { message: "bug" } }]);
  });
});

describe("the mode", () => {
  it("is switched while running, and only to one that exists", async () => {
    const { assembly, clock, send } = client({ mode: "shadow" });
    for (let n = 0; n < 5; n += 1) await send(() => reply(200));
    assembly.mode = "enforce";
    expect(assembly.mode).toBe("enforce");
    void send(() => reply(200)).then(() => (assembly.mode = "disabled"));
    await clock.advance(99);
    expect(assembly.mode).toBe("enforce");
    await clock.advance(1);
    expect(assembly.mode).toBe("disabled");
    expect(() => (assembly.mode = "off" as never)).toThrow(ConfigError);
    expect(() => (assembly.mode = undefined as never)).toThrow(ConfigError);
    expect(assembly.mode).toBe("disabled");
  });
});

describe("closing", () => {
  it("fails those who wait, and who comes later, for accounts never seen before too; the second time does nothing", async () => {
    const { assembly, clock, send } = client();
    const closed = { code: "LIMITER_CLOSED" };
    for (let n = 0; n < 2; n += 1) await send(() => reply(200));
    const waiting = send(() => reply(200)).catch((error: unknown) => error);
    await clock.advance(1);
    await Promise.all([assembly.close(), assembly.close()]);
    expect(await waiting).toMatchObject(closed);
    for (const account of ["main", "new"])
      await expect(send(() => reply(200), { account })).rejects.toMatchObject(closed);
    expect(() => assembly.limiterFor("newer")).toThrow("The client is closed");
    assembly.mode = "shadow";
    expect(await send(() => reply(200), { account: "new" })).toMatchObject({ status: 200 });
    expect(clock.pending).toBe(0);
  });

  it("leaves requests in flight alone", async () => {
    const { assembly, clock, send } = client({}, { feedback: () => ({ retryAfterMs: 50 }) });
    const slow = send(() => new Promise((resolve) => clock.setTimer(() => resolve(reply(200)), 10)));
    await clock.advance(5);
    await assembly.close();
    await clock.advance(5);
    expect(await slow).toMatchObject({ status: 200 });
  });
});

describe("a limiter of the user's own", () => {
  it("is asked in place of a store, and is not closed", async () => {
    const { clock } = client();
    vi.clearAllMocks();
    const limiter = createLimiter({ store: memoryStore({ clock }), clock });
    const { assembly, send, registry } = client({ limiter, clock });
    expect(leaseStore).not.toHaveBeenCalled();
    await send(() => reply(200));
    expect(assembly.limiterFor("main")).toBe(limiter);
    expect(await limiter.peek(charge)).toMatchObject({ remaining: 1 });
    await assembly.close();
    expect(await limiter.tryAcquire(charge)).toMatchObject({ kind: "allowed" });
    // Where its buckets are is not ours to say.
    expect(await storeModes(registry)).toEqual([]);
  });

  it("stands for the account first asked for; others keep their buckets apart by name, in every method", async () => {
    const { clock } = client();
    const limiter = createLimiter({ store: memoryStore({ clock }), clock });
    const { assembly, send } = client({ limiter, clock });
    await send(() => reply(200));
    await send(() => reply(200), { account: "second" });
    const theirs = { ...charge, bucket: `second|${charge.bucket}` };
    for (const one of [charge, theirs]) expect(await limiter.peek(one)).toMatchObject({ remaining: 1 });
    const second = assembly.limiterFor("second");
    expect(await second.tryAcquire(charge)).toMatchObject({ kind: "allowed" });
    expect(await second.peek([charge])).toMatchObject({ kind: "delayed", bucket: theirs.bucket });
    await expect(second.acquire(charge, { timeoutMs: 0 })).rejects.toMatchObject({ bucket: theirs.bucket });
    await expect(second.reserve(charge, { maxDelayMs: 0 })).rejects.toMatchObject({ bucket: theirs.bucket });
    await second.observe(charge, { retryAfterMs: 7000 });
    expect(await limiter.peek(theirs)).toMatchObject({ retryAfterMs: 7000 });
    expect(await limiter.peek(charge)).toMatchObject({ remaining: 1 });
    await second.close();
    await expect(limiter.peek(charge)).rejects.toMatchObject({ code: "LIMITER_CLOSED" });
  });
});

describe("where a client keeps its limits", () => {
  it("is its own memory without Redis, as its metrics say until it is closed", async () => {
    const { assembly, registry, send } = client();
    const again = client({ registry });
    expect(await storeModes(registry)).toEqual(["memory"]);
    expect(await samples(registry, "sluice_store_mode")).toMatchObject({ 'provider="acme",mode="memory"': 2 });
    await again.assembly.close();
    expect(await samples(registry, "sluice_store_mode")).toMatchObject({ 'provider="acme",mode="memory"': 1 });
    await send(() => reply(200));
    await Promise.all([assembly.close(), assembly.close()]);
    await assembly.close();
    expect(await storeModes(registry)).toEqual([]);
  });

  it("is said no more from the moment it is to be closed, however long that takes", async () => {
    const { assembly, registry } = client();
    const closing = assembly.close();
    expect(await storeModes(registry)).toEqual([]);
    await closing;
    expect(await storeModes(registry)).toEqual([]);
  });
});

describe("the chain of a plain constructor", () => {
  it("has metrics and the user's hooks, and asks neither environment nor store", async () => {
    vi.stubEnv("REDIS_URL", "nonsense");
    const registry = new Registry();
    const plain = assemblePlain({ hooks, registry }, vendor);
    vi.unstubAllEnvs();
    expect(plain.list("attempt").map(({ name }) => name)).toEqual(["metrics", "mine", "own-log"]);
    expect(plain.list("call").map(({ name }) => name)).toEqual(["whole"]);
    const send = sender({ hooks: plain });
    for (let n = 0; n < 100; n += 1) await send(() => reply(n === 0 ? 503 : 200));
    expect(Object.values(await samples(registry, "sluice_api_requests_total"))).toEqual([1, 99]);
    expect(leaseStore).not.toHaveBeenCalled();
  });

  it("measures on the given clock and reads answers as the vendor says", async () => {
    const { clock } = client();
    const registry = new Registry();
    const failures: unknown[] = [];
    const broken = { name: "broken", after: () => Promise.reject(new Error("bug")) };
    const plain = assemblePlain(
      { registry, clock, hooks: [broken], onHookError: (failure) => failures.push(failure) },
      { ...vendor, reply: (value) => ({ status: (value as { code: number }).code, headers: undefined }) },
    );
    const answer = sender({ hooks: plain })(
      () => new Promise((resolve) => clock.setTimer(() => resolve({ code: 429 }), 2000)),
    );
    await clock.advance(2000);
    await answer;
    expect(Object.keys(await samples(registry, "sluice_api_requests_total"))).toEqual([
      expect.stringContaining('outcome="throttled"'),
    ]);
    expect(Object.values(await samples(registry, "sluice_api_request_duration_seconds_sum"))).toEqual([2]);
    expect(failures).toMatchObject([{ hook: "broken" }]);
  });
});
