import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import type { Clock } from "../clock/clock.js";
import { sleep } from "../clock/sleep.js";
import { SluiceError } from "../errors/sluice-error.js";
import type { Hook } from "../hooks/hook.js";
import { createHookChain } from "../hooks/hook-chain.js";
import { retry } from "../retry/retry.js";
import { createFakeClock } from "../testing/fake-clock.js";
import { type Call, recordWait } from "./call.js";
import { runCall } from "./run-call.js";

/** A chain on a fake clock; `run` makes a call of one attempt, or of what `invoke` does. */
function setup(...hooks: Hook[]) {
  const clock = createFakeClock();
  const chain = createHookChain({ hooks, clock });
  const request = { provider: "test", account: "acme", operation: "things.list", clock };
  const run = (timeoutMs: number, transport: (call: Call) => Promise<unknown>): Promise<unknown> =>
    runCall(chain, { ...request, timeoutMs }, (call) => chain.run("attempt", call, transport));
  return { clock, chain, request, run };
}

const hang = (): Promise<never> => new Promise(() => {});

describe("a logical call", () => {
  it("carries what it was asked with, its deadline on the clock, and hands on the result", async () => {
    const { clock, chain, request } = setup();
    await clock.advance(250);
    const asked = { ...request, verb: "POST", args: { name: "x" }, timeoutMs: 1000 };
    const call = await runCall(chain, asked, async (made) => made);
    expect(call).toMatchObject({ verb: "POST", access: "write", args: { name: "x" }, attempt: 0, deadlineMs: 1250 });
  });

  it("passes the call stage once and the attempt stage once per request", async () => {
    const passed: string[] = [];
    const count = (stage: "call" | "attempt"): Hook => ({ name: stage, stage, before: () => void passed.push(stage) });
    const { chain, request } = setup(count("call"), count("attempt"));
    await runCall(chain, { ...request, timeoutMs: 1000 }, async (call) => {
      for (let n = 0; n < 3; n += 1) await chain.run("attempt", call, async () => {});
    });
    expect(passed).toEqual(["call", "attempt", "attempt", "attempt"]);
  });

  it("leaves no timer behind, whether it succeeds, fails, or fails before it makes a promise", async () => {
    const { clock, chain, request, run } = setup();
    await run(1000, async () => "answer");
    await run(1000, () => Promise.reject(new Error("no"))).catch(() => {});
    const early = new Error("early");
    const throwing = runCall(chain, { ...request, timeoutMs: 1000 }, () => {
      throw early;
    });
    await expect(throwing).rejects.toBe(early);
    expect(clock.pending).toBe(0);
  });
});

describe("a JavaScript user's plain value", () => {
  // What the types forbid and JavaScript allows.
  const plain = (): Promise<number> => 5 as never;
  // oxlint-disable-next-line unicorn/no-thenable -- it is what this is about
  const thenable = (): Promise<number> => ({ then: (resolve: (value: number) => void) => resolve(5) }) as never;

  it.each([
    ["transport", plain],
    ["transport's thenable", thenable],
  ])("is the result when it is the %s, and no timer or listener is left", async (_, transport) => {
    const { clock, run, chain, request } = setup();
    const { signal } = new AbortController();
    expect(await run(1000, transport)).toBe(5);
    expect(await runCall(chain, { ...request, signal, timeoutMs: 1000 }, transport)).toBe(5);
    expect([clock.pending, getEventListeners(signal, "abort")]).toEqual([0, []]);
  });

  for (const stage of ["call", "attempt"] as const) {
    it(`is the result when a wrap at the ${stage} stage gives it, alone or inside others`, async () => {
      const wrap = (): Promise<never> => "mine" as never;
      const caught: Hook = { name: "o", stage, wrap: (next, call) => next(call).catch(() => "caught" as never) };
      for (const outer of [[], [caught], [{ name: "a", stage, after: () => {} }], [{ name: "b", before: () => {} }]]) {
        const { clock, run } = setup(...outer, { name: "w", stage, wrap });
        expect(await run(1000, async () => 1)).toBe("mine");
        expect(clock.pending).toBe(0);
      }
    });
  }

  it("is the result, and a throw the error, of a chain that is not ours", async () => {
    const { clock, chain, request } = setup();
    const broken = new Error("chain broke");
    const throws = (): never => {
      throw broken;
    };
    for (const run of [plain, throws]) {
      const { signal } = new AbortController();
      const running = runCall({ ...chain, run: run as never }, { ...request, signal, timeoutMs: 1000 }, async () => 1);
      if (run === plain) expect(await running).toBe(5);
      else await expect(running).rejects.toBe(broken);
      expect([clock.pending, getEventListeners(signal, "abort")]).toEqual([0, []]);
    }
  });
});

describe("the deadline", () => {
  it("ends a call whose transport hangs, at its instant, with the budget in the error", async () => {
    const { clock, run } = setup();
    const ended = run(1000, hang).catch((error: unknown) => error);
    await clock.advance(999);
    let settled = false;
    void ended.then(() => (settled = true));
    await clock.advance(0);
    expect(settled).toBe(false);
    await clock.advance(1);
    expect(await ended).toMatchObject({ name: "DeadlineExceededError", code: "DEADLINE_EXCEEDED", timeoutMs: 1000 });
    expect(await ended).toHaveProperty(
      "message",
      expect.stringContaining("things.list did not finish within its 1000 ms"),
    );
    expect(clock.pending).toBe(0);
  });

  it("includes waits for limits", async () => {
    const limit: Hook = {
      name: "limit",
      async before(call) {
        await sleep(5000, call.signal, clock);
        recordWait(call, 5000);
      },
    };
    const { clock, run } = setup(limit);
    const ended = run(1000, async () => "sent").catch((error: unknown) => error);
    await clock.advance(1000);
    expect(await ended).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(clock.pending).toBe(0);
  });

  it("includes retries: however many there are, the call ends by it", async () => {
    const clock = createFakeClock();
    const chain = createHookChain({ clock, hooks: [retry({ clock, random: () => 0.99 })] });
    let sent = 0;
    const request = { provider: "p", account: "a", operation: "o", clock, timeoutMs: 2000 };
    const ended = runCall(chain, request, (call) =>
      chain.run("attempt", call, async () => {
        sent += 1;
        await sleep(300, call.signal, clock);
        return { status: 503 };
      }),
    ).catch((error: unknown) => error);
    await clock.runUntil(() => false);
    await ended;
    expect(sent).toBeGreaterThan(2);
    expect(clock.now()).toBeLessThanOrEqual(2000);
  });

  it("speaks for a transport that makes an error of its own of the signal", async () => {
    const { clock, run } = setup();
    const ended = run(1000, ({ signal }) =>
      sleep(5000, signal, clock).catch(() => Promise.reject(new Error("canceled"))),
    ).catch((error: unknown) => error);
    await clock.advance(1000);
    expect(await ended).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  it("lets an error of ours that knows more through", async () => {
    const { clock, run } = setup();
    const knows = new SluiceError("LIMIT_EXCEEDED", "the time went into this bucket");
    const ended = run(1000, ({ signal }) => sleep(5000, signal, clock).catch(() => Promise.reject(knows))).catch(
      (error: unknown) => error,
    );
    await clock.advance(1000);
    expect(await ended).toBe(knows);
  });

  it("of Infinity is none at all", async () => {
    const { clock, run } = setup();
    const running = run(Number.POSITIVE_INFINITY, async (call) => {
      expect(call.deadlineMs).toBe(Number.POSITIVE_INFINITY);
      expect(clock.pending).toBe(0);
      await sleep(1e12, call.signal, clock);
      return "patient";
    });
    await clock.advance(1e12);
    expect(await running).toBe("patient");
  });

  it("does not abort the signal of a call that an answer has settled", async () => {
    const { clock, chain, request } = setup();
    let signal: AbortSignal | undefined;
    let answer: (answered: string) => void = () => {};
    // The answer is read one turn after the deadline's timer fired, as after a stall of the event loop.
    const stalled: Clock = {
      ...clock,
      setTimer: (callback, delayMs) =>
        clock.setTimer(() => {
          callback();
          setImmediate(() => answer("just in time"));
        }, delayMs),
    };
    const running = runCall(chain, { ...request, clock: stalled, timeoutMs: 1000 }, (call) => {
      signal = call.signal;
      return new Promise<string>((resolve) => (answer = resolve));
    });
    await clock.advance(1000);
    expect(await running).toBe("just in time");
    await clock.advance(1000);
    expect(signal?.aborted).toBe(false);
  });

  it.each([0, -1, -0, Number.NaN, Number.NEGATIVE_INFINITY, "1000", 1000n, null, {}])(
    "of %s is refused with a ConfigError, and nothing is sent",
    async (timeoutMs) => {
      const { run } = setup();
      let sent = 0;
      const running = run(timeoutMs as number, async () => (sent += 1));
      await expect(running).rejects.toMatchObject({ code: "CONFIG_INVALID", option: "timeoutMs", value: timeoutMs });
      expect(sent).toBe(0);
    },
  );
});
