import { type CallInit, createCall, createHookChain } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { failureBackoffHook, type FailureBackoffHookOptions } from "./backoff-hook.js";
import { createFailureBackoff } from "./failure-backoff.js";

function rig(options: Partial<FailureBackoffHookOptions> = {}) {
  const backoff = createFailureBackoff({ clock: createFakeClock() });
  const hook = failureBackoffHook({ backoff, ...options });
  const chain = createHookChain({ hooks: [hook] });
  const send = (how: "fails" | "works", init: Partial<CallInit> = {}): Promise<string> =>
    chain.run("call", createCall({ provider: "p", account: "a", operation: "o", ...init }), async () => {
      if (how === "fails") throw new Error("down");
      return "fine";
    });
  return { hook, send };
}

describe("the hook of failure backoff", () => {
  it("leaves alone what failed: this operation of this account, and no other", async () => {
    const { hook, send } = rig();
    expect([hook.name, hook.stage]).toEqual(["failure-backoff", "call"]);
    await expect(send("fails")).rejects.toThrow("down");
    await expect(send("works")).rejects.toMatchObject({ code: "BACKING_OFF", failures: 1 });
    for (const other of [{ provider: "q" }, { account: "b" }, { operation: "x" }, { provider: "p a", account: "" }])
      expect(await send("works", other)).toBe("fine");
  });

  it("takes another key, name and stage", async () => {
    const { hook, send } = rig({ key: ({ account }) => account, name: "mine", stage: "attempt" });
    expect([hook.name, hook.stage]).toEqual(["mine", "attempt"]);
    const { send: byAccount } = rig({ key: ({ account }) => account });
    expect(await send("works")).toBe("fine");
    await expect(byAccount("fails")).rejects.toThrow("down");
    await expect(byAccount("works", { operation: "x" })).rejects.toMatchObject({ code: "BACKING_OFF" });
  });

  it("holds an abort against nobody", async () => {
    const { send } = rig();
    await expect(send("fails", { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(await send("works")).toBe("fine");
  });
});
