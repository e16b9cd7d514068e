import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Call, createCall, recordWait } from "../call/call.js";
import { runCall } from "../call/run-call.js";
import { createFakeClock } from "../testing/fake-clock.js";
import type { Hook, HookFailure, Outcome } from "./hook.js";
import { createHookChain } from "./hook-chain.js";

const newCall = (): Call => createCall({ provider: "test", account: "acme", operation: "things.list" });
const apiError = new Error("the API's own error");
const fails = (): Promise<never> => Promise.reject(apiError);
const answers = async (): Promise<string> => "the API's own result";

function chainOf(...hooks: Hook[]) {
  const failures: HookFailure[] = [];
  const clock = createFakeClock();
  return {
    clock,
    failures,
    chain: createHookChain({ hooks, clock, onHookError: (failure) => failures.push(failure) }),
  };
}

describe("an observer", () => {
  const broken = new Error("observer broke");
  const ways: [string, () => unknown][] = [
    [
      "throws",
      () => {
        throw broken;
      },
    ],
    ["rejects", () => Promise.reject(broken)],
    ["rejects later", () => new Promise((_, reject) => setImmediate(() => reject(broken)))],
  ];

  it.each(ways)("after that %s is reported and leaves the result alone", async (_, after) => {
    const { chain, failures } = chainOf({ name: "audit", after });
    expect(await chain.run("attempt", newCall(), answers)).toBe("the API's own result");
    expect(failures).toEqual([
      { hook: "audit", kind: "after", stage: "attempt", error: broken, call: expect.objectContaining({ attempt: 1 }) },
    ]);
  });

  it.each(ways)("error that %s is reported and never masks the error", async (_, error) => {
    const { chain, failures } = chainOf({ name: "audit", stage: "call", error });
    await expect(chain.run("call", newCall(), fails)).rejects.toBe(apiError);
    expect(failures).toMatchObject([{ hook: "audit", kind: "error", stage: "call", error: broken }]);
  });

  it("is told of its own kind only: no after on failure, no error on success", async () => {
    const told: string[] = [];
    const after = createHookChain({ hooks: [{ name: "a", after: () => told.push("after") }] });
    const error = createHookChain({ hooks: [{ name: "e", error: () => told.push("error") }] });
    await expect(after.run("attempt", newCall(), fails)).rejects.toBe(apiError);
    expect(await error.run("attempt", newCall(), answers)).toBe("the API's own result");
    expect(told).toEqual([]);
  });

  it("without a function for what happened is not asked, so nothing is reported", async () => {
    const { chain, failures } = chainOf({ name: "a", after: () => {} });
    await expect(chain.run("attempt", newCall(), fails)).rejects.toBe(apiError);
    const other = chainOf({ name: "e", error: () => {} });
    await other.chain.run("attempt", newCall(), answers);
    expect([...failures, ...other.failures]).toEqual([]);
  });

  it.each([undefined, null, 7, "text", {}])(
    "that returns %j, which is no promise, is not waited for and not reported",
    async (returned) => {
      const { chain, failures } = chainOf({ name: "a", after: () => returned as unknown as void });
      expect(await chain.run("attempt", newCall(), answers)).toBe("the API's own result");
      expect(failures).toEqual([]);
    },
  );

  it("that fails does not keep the others from being told", async () => {
    const told: string[] = [];
    const { chain } = chainOf(
      { name: "outer", after: () => told.push("outer") },
      {
        name: "broken",
        after: () => {
          throw broken;
        },
        error: () => told.push("own error"),
      },
      { name: "inner", after: () => told.push("inner") },
    );
    await chain.run("attempt", newCall(), answers);
    expect(told).toEqual(["inner", "outer"]);
  });

  it("that fails, and an onHookError that fails, leave the call alone", async () => {
    const chain = createHookChain({
      hooks: [
        {
          name: "audit",
          after: () => {
            throw broken;
          },
          error: () => {
            throw broken;
          },
        },
      ],
      onHookError: () => {
        throw new Error("reporter broke");
      },
    });
    expect(await chain.run("attempt", newCall(), answers)).toBe("the API's own result");
    await expect(chain.run("attempt", newCall(), fails)).rejects.toBe(apiError);
  });

  it("is reported as failed when the reply reader fails", async () => {
    const failures: HookFailure[] = [];
    const chain = createHookChain({
      hooks: [{ name: "audit", after: () => {} }],
      reply: () => {
        throw broken;
      },
      onHookError: (failure) => failures.push(failure),
    });
    expect(await chain.run("attempt", newCall(), answers)).toBe("the API's own result");
    expect(failures).toMatchObject([{ hook: "audit", error: broken }]);
  });

  it("cannot change result or error by what it returns", async () => {
    const { chain } = chainOf({ name: "liar", after: () => "another result", error: () => "no error" });
    expect(await chain.run("attempt", newCall(), answers)).toBe("the API's own result");
    await expect(chain.run("attempt", newCall(), fails)).rejects.toBe(apiError);
  });
});

describe("without onHookError", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("failures become process warnings of one line, once per hook and text, and not without end", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    let text: unknown = new Error("bro\nken");
    const chain = createHookChain({
      hooks: [
        {
          name: "audit",
          after: () => {
            throw text;
          },
        },
      ],
    });
    for (let n = 0; n < 3; n += 1) await chain.run("attempt", newCall(), answers);
    expect(warn.mock.calls).toEqual([["Hook audit failed in after: bro\\u000aken", { type: "SluiceHookWarning" }]]);
    for (let n = 0; n < 200; n += 1) {
      text = `number ${n}`;
      await chain.run("attempt", newCall(), answers);
    }
    expect(warn.mock.calls.length).toBe(100);
  });
});

describe("an observer that hangs", () => {
  const hang = (): Promise<never> => new Promise(() => {});

  it("is waited for while there is time", async () => {
    const told: string[] = [];
    const { chain, clock } = chainOf({
      name: "slow",
      after: () => new Promise<void>((resolve) => clock.setTimer(() => (told.push("written"), resolve()), 800)),
    });
    const running = runCall(chain, { ...newCall(), timeoutMs: 1000, clock }, (call) =>
      chain.run("attempt", call, answers),
    );
    await clock.advance(799);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(await running).toBe("the API's own result");
    expect(told).toEqual(["written"]);
  });

  it("is cut at the deadline and reported, and the result still arrives", async () => {
    const told: string[] = [];
    const { chain, clock, failures } = chainOf(
      { name: "later", stage: "call", after: () => told.push("later") },
      { name: "hangs", after: hang },
    );
    const running = runCall(chain, { ...newCall(), timeoutMs: 1000, clock }, (call) =>
      chain.run("attempt", call, answers),
    );
    await clock.advance(1000);
    expect(await running).toBe("the API's own result");
    expect(clock.now()).toBe(1000);
    expect(failures).toMatchObject([
      {
        hook: "hangs",
        kind: "after",
        error: { code: "HOOK_TIMEOUT", message: "Hook hangs (after) had not settled when the call's time was up" },
      },
    ]);
    expect(told).toEqual(["later"]);
  });

  it("is cut at the deadline and reported, and the API's error still arrives", async () => {
    const { chain, clock, failures } = chainOf({ name: "hangs", error: hang });
    const running = runCall(chain, { ...newCall(), timeoutMs: 1000, clock }, (call) =>
      chain.run("attempt", call, fails),
    );
    const ended = running.catch((error: unknown) => error);
    await clock.advance(1000);
    expect(await ended).toBe(apiError);
    expect(failures).toMatchObject([{ hook: "hangs", kind: "error", error: { code: "HOOK_TIMEOUT" } }]);
  });

  it("leaves no listener behind, whether it settles, fails or hangs", async () => {
    const controller = new AbortController();
    const call = createCall({ provider: "test", account: "acme", operation: "o", signal: controller.signal });
    let release = (): void => {};
    const { chain, failures } = chainOf(
      { name: "settles", after: () => new Promise<void>((resolve) => (release = resolve)) },
      {
        name: "fails",
        after: async () => {
          throw new Error("no");
        },
      },
      { name: "hangs", stage: "call", after: hang },
    );
    const running = chain.run("attempt", call, answers);
    await new Promise((resolve) => setImmediate(resolve));
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    release();
    await running;
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    const hanging = chain.run("call", call, answers);
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error("gone"));
    expect(await hanging).toBe("the API's own result");
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    expect(failures.map(({ hook }) => hook)).toEqual(["fails", "hangs"]);
  });

  it("is not waited for when the time was up before it was asked, and only its failure is reported", async () => {
    const told: string[] = [];
    const controller = new AbortController();
    const call = createCall({ provider: "test", account: "acme", operation: "o", signal: controller.signal });
    const broken = new Error("broke later");
    const { chain, failures } = chainOf(
      { name: "hangs", after: hang },
      { name: "quick", after: async () => told.push("quick") },
      { name: "breaks", after: () => new Promise((_, reject) => setImmediate(() => reject(broken))) },
    );
    const answersTooLate = () => {
      controller.abort();
      return answers();
    };
    expect(await chain.run("attempt", call, answersTooLate)).toBe("the API's own result");
    expect(failures).toEqual([]);
    await expect.poll(() => failures, { timeout: 10_000 }).toMatchObject([{ hook: "breaks", error: broken }]);
    expect(told).toEqual(["quick"]);
  });
});

describe("what an observer sees", () => {
  it("is status and headers of the result, or of the error's response", async () => {
    const seen: Outcome[] = [];
    const watcher: Hook = {
      name: "w",
      after: (_, outcome) => seen.push(outcome),
      error: (_, __, outcome) => seen.push(outcome),
    };
    const { chain } = chainOf(watcher);
    await chain.run("attempt", newCall(), async () => new Response("", { status: 201, headers: { "x-left": "7" } }));
    const refused = Object.assign(new Error("refused"), { response: new Response("", { status: 429 }) });
    await chain.run("attempt", newCall(), () => Promise.reject(refused)).catch(() => {});
    await chain.run("attempt", newCall(), answers);
    expect(seen.map(({ status }) => status)).toEqual([201, 429, undefined]);
    expect(seen[0]?.headers?.get("x-left")).toBe("7");
  });

  it("is a duration without the waits for limits, and the waits beside it", async () => {
    const seen: [string, Outcome][] = [];
    const watch = (name: string, stage: "call" | "attempt"): Hook => ({
      name,
      stage,
      after: (_, outcome) => seen.push([name, outcome]),
    });
    const { chain, clock } = chainOf(
      watch("call", "call"),
      watch("outer", "attempt"),
      {
        name: "limit",
        async before(call) {
          await clock.advance(300);
          recordWait(call, 300);
        },
      },
      watch("inner", "attempt"),
    );
    const transport = async (): Promise<void> => clock.advance(50);
    await chain.run("call", newCall(), async (call) => {
      await chain.run("attempt", call, transport);
      await chain.run("attempt", call, transport);
    });
    expect(seen).toEqual([
      ["inner", expect.objectContaining({ durationMs: 50, waitedMs: 300, attempt: 1 })],
      ["outer", expect.objectContaining({ durationMs: 50, waitedMs: 300, attempt: 1 })],
      ["inner", expect.objectContaining({ durationMs: 50, waitedMs: 300, attempt: 2 })],
      ["outer", expect.objectContaining({ durationMs: 50, waitedMs: 300, attempt: 2 })],
      ["call", expect.objectContaining({ durationMs: 100, waitedMs: 600, attempt: 2 })],
    ]);
  });

  it("is never a negative duration, even if more waiting was booked than time passed", async () => {
    const seen: number[] = [];
    const { chain } = chainOf({ name: "w", after: (_, { durationMs }) => seen.push(durationMs) });
    await chain.run("attempt", newCall(), async (call) => recordWait(call, 1000));
    expect(seen).toEqual([0]);
  });
});
