import { getEventListeners } from "node:events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sleep } from "../clock/sleep.js";
import { SluiceError } from "../errors/sluice-error.js";
import type { Hook } from "../hooks/hook.js";
import { createHookChain } from "../hooks/hook-chain.js";
import { retry } from "../retry/retry.js";
import { createFakeClock } from "../testing/fake-clock.js";
import type { Call } from "./call.js";
import { withCallOptions } from "./context.js";
import { runCall } from "./run-call.js";

const reason = new Error("the caller's own reason");
const hang = (): Promise<never> => new Promise(() => {});

/** A call that can be aborted two ways: by its request's signal and by its surroundings'. */
function setup(...hooks: Hook[]) {
  const clock = createFakeClock();
  const chain = createHookChain({ clock, hooks, onHookError: () => {} });
  const [controller, around] = [new AbortController(), new AbortController()];
  const request = { provider: "p", account: "a", operation: "o", timeoutMs: 60_000, signal: controller.signal, clock };
  const run = (transport: (call: Call) => Promise<unknown>): Promise<unknown> =>
    withCallOptions({ signal: around.signal }, () =>
      runCall(chain, request, (call) => chain.run("attempt", call, transport)),
    );
  const listeners = (): number =>
    [controller, around].reduce((sum, { signal }) => sum + getEventListeners(signal, "abort").length, 0);
  return { clock, controller, around, run, listeners };
}

describe("an abort", () => {
  it("before the call rejects with its reason, and nothing is sent", async () => {
    const { controller, run, listeners, clock } = setup();
    let sent = 0;
    controller.abort(reason);
    await expect(run(async () => (sent += 1))).rejects.toBe(reason);
    expect([sent, listeners(), clock.pending]).toEqual([0, 0, 0]);
  });

  it("while a hook waits ends the wait, and the transport never runs", async () => {
    let sent = 0;
    const { controller, run, listeners, clock } = setup({
      name: "limit",
      before: ({ signal }) => sleep(30_000, signal, clock),
    });
    const running = run(async () => (sent += 1));
    await clock.advance(1000);
    expect(listeners()).toBe(2);
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect([sent, listeners(), clock.pending]).toEqual([0, 0, 0]);
  });

  it("while a retry waits ends the wait, and there is no further attempt", async () => {
    let sent = 0;
    const clock = createFakeClock();
    const made = setup(retry({ clock }));
    const running = made.run(async () => ((sent += 1), { status: 429, headers: new Headers({ "retry-after": "20" }) }));
    await clock.advance(1000);
    made.around.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect([sent, made.listeners(), clock.pending, made.clock.pending]).toEqual([1, 0, 0, 0]);
  });

  it("in flight reaches the transport by the call's signal, with the caller's reason", async () => {
    const { controller, run } = setup();
    let seen: unknown;
    const running = run(({ signal }) => {
      signal.addEventListener("abort", () => (seen = signal.reason));
      return hang();
    });
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(seen).toBe(reason);
  });

  it("rejects with the caller's reason even where the transport makes an error of its own of it", async () => {
    const { controller, run } = setup();
    const running = run(
      ({ signal }) =>
        new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(new Error("canceled", { cause: signal.reason }))),
        ),
    );
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
  });

  it("rejects with the caller's reason, also where an error of ours would know more", async () => {
    const { controller, run } = setup();
    const knows = new SluiceError("LIMIT_EXCEEDED", "refused");
    const running = run(
      ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(knows))),
    );
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
  });

  it("during a hook that does not heed it keeps the transport from running", async () => {
    const sent: boolean[] = [];
    const { controller, run, clock } = setup(
      { name: "watch", error: ({ progress }) => sent.push(progress.sent) },
      { name: "deaf", before: () => sleep(1000, undefined, clock) },
    );
    const running = run(async () => sent.push(true));
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await clock.advance(1000);
    expect(sent).toEqual([false]);
  });

  it("rejects with whatever the reason is, undefined's stand-in and texts included", async () => {
    for (const given of [undefined, "a text", 0]) {
      const { controller, run } = setup();
      const running = run(hang);
      controller.abort(given);
      await expect(running.catch((error: unknown) => ({ error }))).resolves.toEqual({
        error: controller.signal.reason,
      });
    }
  });

  it("ends a call whose hook and transport ignore it, and removes listeners and timer at once", async () => {
    const { controller, run, listeners, clock } = setup({ name: "deaf", before: hang });
    const running = run(hang);
    controller.abort(reason);
    expect([listeners(), clock.pending]).toEqual([0, 0]);
    await expect(running).rejects.toBe(reason);
  });

  it("after the end changes nothing", async () => {
    const { controller, run, listeners } = setup();
    let seen: AbortSignal | undefined;
    expect(await run(async ({ signal }) => ((seen = signal), "answer"))).toBe("answer");
    controller.abort(reason);
    expect(seen?.aborted).toBe(false);
    expect(listeners()).toBe(0);
  });

  it("comes from the first of two signals; the second is not heard", async () => {
    const { controller, around, run } = setup();
    const running = run(hang);
    around.abort(reason);
    controller.abort(new Error("too late"));
    await expect(running).rejects.toBe(reason);
  });
});

it("a deadline that a deaf transport outlasts leaves no listener on the caller's signal", async () => {
  const { run, listeners, clock } = setup();
  const ended = run(hang).catch((error: unknown) => error);
  await clock.advance(60_000);
  expect(await ended).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  expect(listeners()).toBe(0);
});

it("a late failure of a transport that was given up causes no unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  try {
    const late = setup({ name: "audit", error: () => Promise.reject(new Error("late observer")) });
    const fail = (): Promise<never> =>
      sleep(90_000, undefined, late.clock).then(() => Promise.reject(new Error("late")));
    const ended = late.run(fail).catch((error: unknown) => error);
    await late.clock.advance(60_000);
    expect(await ended).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    await late.clock.advance(60_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(unhandled).toEqual([]);
  } finally {
    process.off("unhandledRejection", note);
  }
});

it("at any moment gives the caller's reason or the answer, and never leaves a listener or a timer", async () => {
  const times = fc.record({ waitMs: fc.nat(30), sendMs: fc.nat(30), abortMs: fc.nat(80), fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(times, { minLength: 1, maxLength: 10 }), async (calls) => {
      const clock = createFakeClock();
      const { signal } = new AbortController();
      const chain = createHookChain({
        clock,
        hooks: [
          { name: "limit", before: (call) => sleep(Number(call.args), call.signal, clock) },
          { name: "audit", after: async () => {}, error: () => {} },
        ],
      });
      const all = calls.map(async ({ waitMs, sendMs, abortMs, fails }) => {
        const controller = new AbortController();
        const request = { provider: "p", account: "a", operation: "o", args: waitMs, timeoutMs: 60_000, clock };
        clock.setTimer(() => controller.abort(reason), abortMs);
        const ended = await withCallOptions({ signal }, () =>
          runCall(chain, { ...request, signal: controller.signal }, (call) =>
            chain.run("attempt", call, () =>
              sleep(sendMs, call.signal, clock).then(() => (fails ? Promise.reject(reason) : "answer")),
            ),
          ),
        ).catch((error: unknown) => error);
        if (abortMs < waitMs + sendMs || fails) expect(ended).toBe(reason);
        else if (abortMs > waitMs + sendMs) expect(ended).toBe("answer");
        expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
      });
      await clock.runUntil(() => false);
      await Promise.all(all);
      expect([getEventListeners(signal, "abort").length, clock.pending]).toEqual([0, 0]);
    }),
    { numRuns: 60 },
  );
});
