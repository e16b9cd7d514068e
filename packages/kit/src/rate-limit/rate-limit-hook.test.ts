import { createCall, createHookChain, type Outcome, StoreUnavailableError } from "@sluice/core";
import { concurrency, type Grant, type Limiter, tokenBucket } from "@sluice/limiter";
import { describe, expect, it, vi } from "vitest";
import { rateLimitHook } from "./rate-limit-hook.js";
import { drip, errorOf, rig } from "./rig.test-support.js";

/** A limiter that grants at once, so that its grants can be watched. */
function watched(finish: () => Promise<void> = async () => {}) {
  const grant: Grant = {
    waitedMs: 0,
    atUs: 0,
    remaining: 7,
    giveBack: vi.fn(finish),
    release: vi.fn(finish),
    renew: async () => true,
    landed: vi.fn(finish),
  };
  const acquire = vi.fn<Limiter["acquire"]>(async () => grant);
  return { grant, acquire, limiter: { acquire, observe: async () => {} } as unknown as Limiter };
}

describe("an attempt that waits for tokens", () => {
  it("leaves when its token is there, and no hook counts the wait as duration", async () => {
    const outcomes: Record<string, Outcome[]> = { outer: [], inner: [] };
    const watch = (name: "outer" | "inner") => ({
      name,
      after: (_call: unknown, outcome: Outcome) => void outcomes[name]?.push(outcome),
    });
    const { clock, send, sent, told } = rig({
      charges: { list: [drip] },
      outer: [watch("outer")],
      inner: [watch("inner")],
    });
    const slow = () => new Promise<void>((resolve) => clock.setTimer(resolve, 5));
    void send("list", slow);
    void send("list", slow);
    await clock.advance(1000);
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 100]);
    expect(outcomes["outer"]?.map(({ waitedMs, durationMs }) => [waitedMs, durationMs])).toEqual([
      [0, 5],
      [100, 5],
    ]);
    expect(outcomes["inner"]?.map(({ durationMs }) => durationMs)).toEqual([5, 5]);
    expect(told).toEqual([
      { operation: "list", waitedMs: 0, cost: 1, remaining: 0 },
      { operation: "list", waitedMs: 100, cost: 1, remaining: 0 },
    ]);
  });

  it("takes all of its charges or none: a wide bucket loses nothing to those who wait for a narrow one", async () => {
    const wide = { bucket: "wide", limit: tokenBucket({ refillRate: 0.001, burst: 10 }), cost: 3 };
    const narrow = { bucket: "narrow", limit: tokenBucket({ refillRate: 1, burst: 1 }) };
    const { clock, ask, limiter, told } = rig({ charges: { both: [narrow, wide] } });
    await ask("both");
    const second = ask("both");
    await clock.advance(500);
    expect(await limiter.peek({ ...wide, cost: 0 })).toMatchObject({ remaining: 7 });
    await clock.advance(500);
    await second;
    expect(await limiter.peek({ ...wide, cost: 0 })).toMatchObject({ remaining: 4 });
    expect(told[1]).toMatchObject({ cost: 3, waitedMs: 1000 });
  });

  it("goes by the call's priority", async () => {
    const { clock, send, sent } = rig({ charges: { low: [drip], high: [drip] } });
    for (const operation of ["low", "low", "low"]) void send(operation, async () => {});
    await clock.advance(10);
    void send({ operation: "high", priority: 5 }, async () => {});
    await clock.advance(1000);
    expect(sent.map(({ operation }) => operation)).toEqual(["low", "high", "low", "low"]);
  });

  it("hands the call's own deadline, signal and priority to the limiter", async () => {
    const { limiter, acquire } = watched();
    const { clock, ask } = rig({ charges: { list: [drip] }, limiterFor: () => limiter });
    const { signal } = new AbortController();
    await clock.advance(200);
    await ask({ operation: "list", deadlineMs: 1234, priority: 3, signal });
    expect(acquire).toHaveBeenCalledWith([drip], { timeoutMs: 1034, signal, priority: 3 });
    await ask({ operation: "list" });
    expect(acquire.mock.lastCall?.[1]).toMatchObject({ timeoutMs: Number.POSITIVE_INFINITY, priority: 0 });
    await ask({ operation: "list", deadlineMs: 10 });
    expect(acquire.mock.lastCall?.[1]).toMatchObject({ timeoutMs: 0 });
  });

  it("asks the limiter of the call's own account", async () => {
    const { limiter } = watched();
    const asked: string[] = [];
    const { ask } = rig({ charges: { list: [drip] }, limiterFor: (account) => (asked.push(account), limiter) });
    await ask({ operation: "list", account: "one" });
    await ask({ operation: "list", account: "two" });
    expect(new Set(asked)).toEqual(new Set(["one", "two"]));
  });

  it("passes at once, and takes nothing, when it is charged nothing", async () => {
    const { ask, sent, told, limiter } = rig({ charges: { list: [drip] } });
    await ask("free");
    expect(sent).toHaveLength(1);
    expect(told).toEqual([{ operation: "free", waitedMs: 0, cost: 0 }]);
    expect(await limiter.peek(drip)).toMatchObject({ kind: "allowed" });
  });
});

describe("a refusal", () => {
  it("comes at once when the wait would outlast the deadline, says whose limit it was, and takes nothing", async () => {
    const { clock, ask, sent, told, limiter } = rig({ charges: { list: [drip] } });
    await ask("list");
    const error = await errorOf(ask({ operation: "list", deadlineMs: clock.now() + 50 }));
    expect(clock.now()).toBe(0);
    expect(error).toMatchObject({
      code: "LIMIT_EXCEEDED",
      provider: "acme",
      account: "main",
      bucket: "drip",
      retryAfterMs: 100,
    });
    expect((error as Error).message).toBe("Limit drip of acme account main refused (list): retry after 100 ms");
    expect(sent).toHaveLength(1);
    expect(told.at(-1)).toEqual({ operation: "list", reason: "timeout", retryAfterMs: 100, concurrency: false });
    await clock.advance(100);
    expect(await limiter.peek(drip)).toMatchObject({ kind: "allowed" });
  });

  it("of a cost above the burst is the limiter's ConfigError, since no waiting can help", async () => {
    const { ask, sent, told } = rig({ charges: { huge: [{ ...drip, cost: 2 }] } });
    const error = await errorOf(ask("huge"));
    expect(error).toMatchObject({ code: "CONFIG_INVALID", option: "cost", value: 2 });
    expect((error as Error).message).toContain('from 0 to 1, the burst of bucket "drip"');
    expect(told).toEqual([{ operation: "huge", reason: "impossible" }]);
    expect(sent).toEqual([]);
  });

  it("is understood from a limiter of another copy of the packages", async () => {
    const foreign = Object.assign(new Error("no"), {
      [Symbol.for("@sluice/core/error")]: true,
      code: "LIMIT_EXCEEDED",
      bucket: "theirs",
      retryAfterMs: 9,
    });
    const limiter = { acquire: () => Promise.reject(foreign) } as unknown as Limiter;
    const { ask, told } = rig({ charges: { list: [drip] }, limiterFor: () => limiter });
    expect(await errorOf(ask("list"))).toMatchObject({ account: "main", bucket: "theirs", retryAfterMs: 9 });
    expect(told).toMatchObject([{ operation: "list", reason: "timeout", retryAfterMs: 9 }]);
  });

  it("counts the time it took as a wait, not as duration", async () => {
    const outcomes: Outcome[] = [];
    const { clock, ask } = rig({
      charges: { list: [drip] },
      outer: [{ name: "watch", error: (_call, _error, outcome) => outcomes.push(outcome) }],
    });
    const abort = new AbortController();
    await ask("list");
    const waiting = errorOf(ask({ operation: "list", signal: abort.signal }));
    await clock.advance(40);
    abort.abort("enough");
    expect(await waiting).toBe("enough");
    expect(outcomes).toMatchObject([{ waitedMs: 40, durationMs: 0 }]);
  });

  it("of the store, or any other error of the limiter, reaches the caller as it is", async () => {
    const away = new StoreUnavailableError("away");
    const { ask, told } = rig({
      charges: { list: [drip] },
      limiterFor: () => ({ acquire: () => Promise.reject(away) }) as unknown as Limiter,
    });
    expect(await errorOf(ask("list"))).toBe(away);
    expect(told).toEqual([]);
  });

  it("of a throwing quota is that very error: nothing is sent, taken or held", async () => {
    const bug = new Error("quota bug");
    const { ask, sent, limiter } = rig({
      maxInFlight: 1,
      quota: ({ operation }) => {
        if (operation === "bad") throw bug;
        return [drip];
      },
    });
    expect(await errorOf(ask("bad"))).toBe(bug);
    expect(sent).toEqual([]);
    expect(await limiter.peek(drip)).toMatchObject({ kind: "allowed" });
    expect(await ask("good")).toBe("answer");
  });
});

describe("an abort", () => {
  it("while waiting rejects with the caller's reason, and what was booked goes to the next", async () => {
    const { clock, ask, sent } = rig({ charges: { list: [drip] } });
    const abort = new AbortController();
    await ask("list");
    const gone = errorOf(ask({ operation: "list", signal: abort.signal }));
    const next = ask("list");
    await clock.advance(50);
    const reason = new Error("changed my mind");
    abort.abort(reason);
    expect(await gone).toBe(reason);
    await clock.advance(50);
    await next;
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 100]);
  });

  it("between grant and transport gives tokens and place back", async () => {
    const { limiter, grant, acquire } = watched();
    const abort = new AbortController();
    const { ask, sent } = rig({ charges: { list: [drip] }, limiterFor: () => limiter, maxInFlight: 1 });
    acquire.mockImplementationOnce(async () => {
      abort.abort("too late");
      return grant;
    });
    expect(await errorOf(ask({ operation: "list", signal: abort.signal }))).toBe("too late");
    expect([sent, vi.mocked(grant.giveBack).mock.calls.length, vi.mocked(grant.landed).mock.calls.length]).toEqual([
      [],
      1,
      0,
    ]);
    expect(await ask("list")).toBe("answer");
    expect([vi.mocked(grant.giveBack).mock.calls.length, vi.mocked(grant.landed).mock.calls.length]).toEqual([1, 1]);
  });

  it("in flight spends the tokens, since the provider may have counted the request, and frees the place", async () => {
    const { ask, send, limiter } = rig({ charges: { list: [drip] }, maxInFlight: 1 });
    const abort = new AbortController();
    const call = send(
      { operation: "list", signal: abort.signal },
      ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    const failed = errorOf(call);
    await new Promise(setImmediate);
    abort.abort("stop");
    expect(await failed).toBe("stop");
    expect(await limiter.peek(drip)).toMatchObject({ kind: "delayed" });
    expect(await ask("free")).toBe("answer");
  });
});

describe("tokens", () => {
  it("of a request that a hook further in stopped go back", async () => {
    const veto = new Error("veto");
    const { ask, limiter } = rig({
      charges: { list: [drip] },
      inner: [{ name: "veto", before: () => Promise.reject(veto) }],
    });
    expect(await errorOf(ask("list"))).toBe(veto);
    expect(await limiter.peek(drip)).toMatchObject({ kind: "allowed" });
  });

  it("of a request that was sent are told as landed when it is answered, or has failed", async () => {
    const { limiter, grant } = watched();
    const { send, clock } = rig({ charges: { list: [drip] }, limiterFor: () => limiter });
    const failed = errorOf(
      send("list", () => new Promise((_, reject) => clock.setTimer(() => reject(new Error("no")), 10))),
    );
    await clock.advance(9);
    expect(grant.landed).not.toHaveBeenCalled();
    await clock.advance(1);
    await failed;
    expect(grant.landed).toHaveBeenCalledTimes(1);
    expect(grant.giveBack).not.toHaveBeenCalled();
  });

  it.each([
    ["rejects", () => Promise.reject(new StoreUnavailableError("closed"))],
    [
      "throws",
      () => {
        throw new Error("bug");
      },
    ],
    ["never settles", () => new Promise<never>(() => {})],
  ])("are settled behind the caller's back: a limiter that %s then masks nothing", async (_how, finish) => {
    const { limiter } = watched(finish);
    const { ask, send } = rig({ charges: { list: [drip] }, limiterFor: () => limiter, maxInFlight: 1 });
    expect(await ask("list")).toBe("answer");
    expect(await errorOf(send("list", () => Promise.reject(new Error("the API's"))))).toMatchObject({
      message: "the API's",
    });
    const abort = new AbortController();
    const stopped = ask({ operation: "list", signal: abort.signal });
    abort.abort("stop");
    expect(await errorOf(stopped)).toBe("stop");
    expect(await ask("list")).toBe("answer");
  });
});

it("an observer that fails affects no call, and is a warning", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const broken = (): never => {
    throw new Error("no observer");
  };
  const place = { bucket: "place", limit: concurrency({ max: 1, leaseMs: 1000 }) };
  const { ask } = rig({
    charges: { take: [place], never: [{ ...drip, cost: 2 }] },
    observer: { acquired: broken, refused: broken, held: broken },
  });
  // The place comes back each time.
  for (let n = 0; n < 3; n += 1) expect(await ask("take")).toBe("answer");
  expect(await errorOf(ask("never"))).toMatchObject({ code: "CONFIG_INVALID" });
  expect(warned).toHaveBeenCalledOnce();
  warned.mockRestore();
});

it("runs on the machine's clock, without observer or cap, when it is given neither", async () => {
  const { limiter } = watched();
  const hook = rateLimitHook({
    limiterFor: () => limiter,
    quota: () => [drip],
    feedback: () => undefined,
    mode: () => "enforce",
  });
  const chain = createHookChain({ hooks: [hook] });
  const call = createCall({ provider: "acme", account: "main", operation: "list" });
  expect(await Promise.all(Array.from({ length: 50 }, () => chain.run("attempt", call, async () => 1)))).toHaveLength(
    50,
  );
});
