import { LimitExceededError, SluiceError, StoreUnavailableError } from "@sluice/core";
import type { Limiter } from "@sluice/limiter";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { FeedbackRule } from "./feedback.js";
import { drip, errorOf, rig, window } from "./rig.test-support.js";

afterEach(() => void vi.restoreAllMocks());

const charges = { list: [window], other: [drip] };

/** A rig whose limiter answers `observe` in a given way. */
function observing(observe: () => Promise<void>, feedback: FeedbackRule = () => ({ retryAfterMs: 1 })) {
  const limiter = {
    observe,
    acquire: async () => ({ giveBack: async () => {}, landed: async () => {} }),
  } as unknown as Limiter;
  return rig({ charges, limiterFor: () => limiter, feedback, maxInFlight: 1 });
}

describe("the provider's word", () => {
  it("pauses the buckets of the call before its answer is out, for newcomers and for those who wait", async () => {
    const { clock, ask, sent } = rig({
      charges,
      feedback: (_call, settled) => ("result" in settled ? { retryAfterMs: 5000 } : undefined),
    });
    await ask("list");
    void ask("list");
    void ask("list");
    await clock.advance(4999);
    expect(sent).toHaveLength(1);
    await clock.advance(1);
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 5000, 5000]);
  });

  it("is heard before the place goes to the next request of the same client", async () => {
    const { clock, open, ask, sent } = rig({ charges, maxInFlight: 1, feedback: () => ({ retryAfterMs: 5000 }) });
    const first = open("list");
    await clock.advance(10);
    const second = ask("list");
    await clock.advance(10);
    first.end();
    await clock.advance(5000);
    await second;
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 5020]);
  });

  it("may be about other buckets than those that were charged", async () => {
    const { clock, ask, sent } = rig({
      charges,
      feedback: ({ operation }) => (operation === "list" ? { retryAfterMs: 700, charges: [drip] } : undefined),
    });
    await ask("list");
    await ask("list");
    void ask("other");
    await clock.advance(2000);
    expect(sent.map(({ operation, atMs }) => [operation, atMs])).toEqual([
      ["list", 0],
      ["list", 0],
      ["other", 700],
    ]);
  });

  it("may lower what is left, and is read from errors too", async () => {
    const { limiter, send } = rig({
      charges,
      feedback: (_call, settled) => ("error" in settled ? { remaining: 0 } : undefined),
    });
    const failure = new Error("429");
    expect(await errorOf(send("list", () => Promise.reject(failure)))).toBe(failure);
    expect(await limiter.peek(window)).toMatchObject({ kind: "delayed" });
  });

  it("is asked for once an attempt, by what the transport gave", async () => {
    const seen: unknown[] = [];
    const { ask, send } = rig({
      charges,
      feedback: (call, settled) => void seen.push([call.operation, settled]) as undefined,
    });
    await ask("list");
    const failure = new Error("no");
    await errorOf(send("list", () => Promise.reject(failure)));
    expect(seen).toEqual([
      ["list", { result: "answer" }],
      ["list", { error: failure }],
    ]);
  });

  it("is not asked for when the limiter refused or a hook vetoed: the provider has said nothing", async () => {
    const feedback = vi.fn(() => undefined);
    const { ask } = rig({ charges, feedback });
    await ask("other");
    expect(await errorOf(ask({ operation: "other", deadlineMs: 1 }))).toBeInstanceOf(LimitExceededError);
    expect(feedback).toHaveBeenCalledTimes(1);
    const vetoed = rig({
      charges,
      feedback,
      inner: [{ name: "veto", before: () => Promise.reject(new Error("veto")) }],
    });
    await errorOf(vetoed.ask("list"));
    expect(feedback).toHaveBeenCalledTimes(1);
  });
});

describe("a failure on the way back", () => {
  it.each([
    ["an answer", async (): Promise<string> => "answer", "after"],
    ["an error", (): Promise<string> => Promise.reject(new Error("the API's")), "error"],
  ] as const)("of the vendor's rule is reported and never masks %s", async (_what, transport, kind) => {
    const bug = new Error("feedback bug");
    const feedback = vi.fn((): never => {
      throw bug;
    });
    const { send, ask, failures } = rig({ charges, feedback, maxInFlight: 1 });
    const outcome = await send("list", transport).catch((error: Error) => error.message);
    expect(outcome).toBe(kind === "after" ? "answer" : "the API's");
    expect(feedback).toHaveBeenCalledTimes(1);
    expect(failures).toMatchObject([
      { hook: "rate-limit", stage: "attempt", kind, error: bug, call: { operation: "list" } },
    ]);
    expect(await ask("free")).toBe("answer");
  });

  it("that is the store's, or a closed limiter's, is silent, since those speak for themselves", async () => {
    for (const error of [new StoreUnavailableError("away"), new SluiceError("LIMITER_CLOSED", "closed")]) {
      const { ask, failures } = observing(() => Promise.reject(error));
      expect(await ask("list")).toBe("answer");
      expect(failures).toEqual([]);
    }
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("observe bug"))],
    [
      "throws",
      () => {
        throw new Error("observe bug");
      },
    ],
  ])("of a limiter that %s never reaches the caller", async (_how, observe) => {
    const { ask, failures } = observing(observe);
    expect(await ask("list")).toBe("answer");
    expect(failures).toMatchObject([{ error: { message: "observe bug" } }]);
  });

  it("says so when the rule's numbers are out of range", async () => {
    const { ask, failures } = rig({ charges, feedback: () => ({ retryAfterMs: Number.NaN }) });
    expect(await ask("list")).toBe("answer");
    expect(failures).toMatchObject([{ error: { code: "CONFIG_INVALID", option: "retryAfterMs" } }]);
  });

  it("of the listener itself changes nothing either", async () => {
    const onHookError = () => {
      throw new Error("listener bug");
    };
    const { ask } = rig({ charges, feedback: () => ({ remaining: -1 }), onHookError });
    expect(await ask("list")).toBe("answer");
  });

  it("is one process warning where nobody listens", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const { ask } = rig({
      charges,
      onHookError: undefined,
      feedback: () => {
        throw "no error at all";
      },
    });
    for (let n = 0; n < 5; n += 1) await ask("free");
    expect(warn.mock.calls).toEqual([
      [
        "What the provider said about its limits could not be used: no error at all",
        { type: "SluiceHookWarning", code: "SLUICE_FEEDBACK" },
      ],
    ]);
  });
});

describe("a store that never answers", () => {
  it("holds an answer up no longer than the call's own time; then the answer counts, and the place is free", async () => {
    const { ask, clock } = observing(
      () => new Promise(() => {}),
      ({ operation }) => (operation === "list" ? { retryAfterMs: 1 } : undefined),
    );
    const abort = new AbortController();
    const answer = ask({ operation: "list", signal: abort.signal });
    const next = ask("free");
    await clock.advance(10);
    abort.abort(new Error("time is up"));
    expect(await answer).toBe("answer");
    expect(await next).toBe("answer");
  });

  it("is not waited for when the call was aborted in flight", async () => {
    const { send } = observing(() => new Promise(() => {}));
    const abort = new AbortController();
    const failed = send({ operation: "list", signal: abort.signal }, () => {
      abort.abort("stop");
      return Promise.reject(abort.signal.reason);
    });
    expect(await errorOf(failed)).toBe("stop");
  });
});
