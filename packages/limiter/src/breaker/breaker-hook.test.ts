import { createCall, createHookChain, DeadlineExceededError, LimitExceededError, type Settled } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it, vi } from "vitest";
import type { Breaker } from "./breaker.js";
import { breakerHook, type BreakerHookOptions, providerFailed } from "./breaker-hook.js";
import { breakers } from "./breakers.js";
import { createBreaker } from "./create-breaker.js";

const make = (): Breaker => createBreaker({ name: "b", clock: createFakeClock() });
const call = (operation = "list", signal?: AbortSignal) =>
  createCall({ provider: "acme", account: "main", operation, ...(signal === undefined ? {} : { signal }) });
const chainWith = (breaker: Parameters<typeof breakerHook>[0], options?: BreakerHookOptions) =>
  createHookChain({ hooks: [breakerHook(breaker, options)] });

describe("the breaker hook", () => {
  it.each<[string, Settled, "failure" | "success" | "nothing"]>([
    ["an answer", { ok: true, result: { status: 200 } }, "success"],
    ["a result without a status", { ok: true, result: "data" }, "success"],
    ["500 as a result", { ok: true, result: { status: 500 } }, "failure"],
    ["503 as an error", { ok: false, error: { response: { status: 503 } } }, "failure"],
    ["429, which is throttling", { ok: true, result: { status: 429 } }, "nothing"],
    ["404, which is an answer", { ok: false, error: { status: 404 } }, "success"],
    ["a refused connection", { ok: false, error: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) }, "failure"],
    ["a reset one, deep inside", { ok: false, error: new Error("x", { cause: { code: "ECONNRESET" } }) }, "failure"],
    ["a timeout", { ok: false, error: new DOMException("late", "TimeoutError") }, "failure"],
    ["the call's own deadline", { ok: false, error: new DeadlineExceededError("list", 5) }, "failure"],
    ["a limit's refusal", { ok: false, error: new LimitExceededError({ bucket: "b", retryAfterMs: 1 }) }, "nothing"],
    ["a mistake in a hook further in", { ok: false, error: new TypeError("x is not a function") }, "nothing"],
  ])("takes %s for what it is", (_, settled, expected) => {
    expect(providerFailed(settled)).toBe({ failure: true, success: false, nothing: undefined }[expected]);
  });

  it("opens after failures and then lets no attempt reach the transport", async () => {
    const breaker = make();
    const chain = chainWith(breaker);
    const transport = vi.fn(async () => ({ status: 502 }));
    for (let n = 0; n < 5; n += 1) expect(await chain.run("attempt", call(), transport)).toEqual({ status: 502 });
    await expect(chain.run("attempt", call(), transport)).rejects.toMatchObject({ code: "CIRCUIT_OPEN", breaker: "b" });
    expect(transport).toHaveBeenCalledTimes(5);
  });

  it("stays closed however often it is throttled, unless it is told that throttling is failure", async () => {
    const throttled = async () => ({ status: 429 });
    const [lenient, strict] = [make(), make()];
    const strictly = chainWith(strict, {
      isFailure: (settled) =>
        (settled.ok && (settled.result as { status: number }).status === 429) || providerFailed(settled),
    });
    for (let n = 0; n < 20; n += 1) await chainWith(lenient).run("attempt", call(), throttled);
    for (let n = 0; n < 5; n += 1) await strictly.run("attempt", call(), throttled);
    expect([lenient.state(), strict.state()]).toEqual(["closed", "open"]);
  });

  it("counts a deadline that passed in flight, and not one that passed before anything was sent", async () => {
    for (const [where, state] of [
      ["in flight", "open"],
      ["waiting", "closed"],
    ] as const) {
      const breaker = make();
      const chain = createHookChain({
        hooks: [
          breakerHook(breaker),
          {
            name: "limit",
            before: (waiting) => (where === "waiting" ? Promise.reject(waiting.signal.reason) : undefined),
          },
        ],
      });
      for (let n = 0; n < 5; n += 1) {
        const controller = new AbortController();
        const late = new DeadlineExceededError("list", 5);
        if (where === "waiting") {
          const waiting = chain.run("attempt", call("list", controller.signal), async () => "never");
          controller.abort(late);
          await waiting.catch(() => {});
          continue;
        }
        const transport = async (): Promise<never> => {
          controller.abort(late);
          throw new Error("socket closed");
        };
        await chain.run("attempt", call("list", controller.signal), transport).catch(() => {});
      }
      expect(breaker.state(), where).toBe(state);
    }
  });

  it("takes a breaker for each key, and hands the call to a rule of one's own", async () => {
    const family = breakers({
      name: "api",
      key: ({ account, operation }) => `${account}/${operation}`,
      clock: createFakeClock(),
    });
    const asked: string[] = [];
    const chain = chainWith(family, {
      name: "breaker per operation",
      isFailure: (settled, { operation }) => (asked.push(operation), !settled.ok),
    });
    for (let n = 0; n < 5; n += 1)
      await chain.run("attempt", call("broken"), () => Promise.reject(new Error("x"))).catch(() => {});
    await expect(chain.run("attempt", call("broken"), async () => "answer")).rejects.toMatchObject({
      code: "CIRCUIT_OPEN",
      breaker: "api:main/broken",
    });
    expect(await chain.run("attempt", call("list"), async () => "answer")).toBe("answer");
    expect(asked).toEqual([..."12345"].map(() => "broken").concat("list"));
    expect(chain.describe()).toContain("breaker per operation");
    await family.close();
  });

  it("may stand at the call stage", async () => {
    const chain = chainWith(make(), { stage: "call" });
    expect(chain.list("call").map(({ name }) => name)).toEqual(["breaker"]);
    expect(() => breakerHook(make(), { isFailure: 5 as never })).toThrow(
      expect.objectContaining({ option: "isFailure" }),
    );
  });
});
