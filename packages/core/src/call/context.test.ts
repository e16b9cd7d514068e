import { describe, expect, it } from "vitest";
import { createHookChain } from "../hooks/hook-chain.js";
import { type Call } from "./call.js";
import { currentContext, withCaller, withCallOptions } from "./context.js";
import { runCall } from "./run-call.js";

const chain = createHookChain();
const request = { provider: "test", account: "acme", operation: "things.list", timeoutMs: 1000 };
const callMade = (more: object = {}): Promise<Call> => runCall(chain, { ...request, ...more }, async (call) => call);

describe("withCaller", () => {
  it("names the caller of every call made inside, also after waits, and of none outside", async () => {
    const inside = withCaller({ namespace: "team-a" }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return callMade();
    });
    expect((await callMade()).caller).toBeUndefined();
    expect((await inside).caller).toEqual({ namespace: "team-a" });
    expect((await callMade()).caller).toBeUndefined();
  });

  it("merges nested callers: the inner fields win, the outer ones come back", async () => {
    await withCaller({ namespace: "team-a", user: "ann" }, async () => {
      const inner = withCaller({ user: "bob", role: "admin" }, () => callMade());
      expect((await inner).caller).toEqual({ namespace: "team-a", user: "bob", role: "admin" });
      expect((await callMade()).caller).toEqual({ namespace: "team-a", user: "ann" });
    });
  });

  it("keeps parallel callers apart", async () => {
    const calls = ["a", "b", "c"].map((namespace) =>
      withCaller({ namespace }, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return (await callMade()).caller?.namespace;
      }),
    );
    expect(await Promise.all(calls)).toEqual(["a", "b", "c"]);
  });

  it("hands on what the function returns or throws", () => {
    expect(withCaller({}, () => 7)).toBe(7);
    expect(() =>
      withCaller({}, () => {
        throw new Error("own");
      }),
    ).toThrow("own");
  });

  it("gives way to a caller that the request itself names", async () => {
    const made = await withCaller({ user: "ann" }, () => callMade({ caller: { user: "bob" } }));
    expect(made.caller).toEqual({ user: "bob" });
  });
});

describe("withCallOptions", () => {
  it("sets priority and timeout of every call inside, over the client's own", async () => {
    const inside = await withCallOptions({ priority: 5, timeoutMs: 600_000 }, () => callMade());
    const outside = await callMade();
    expect([inside.priority, outside.priority]).toEqual([5, 0]);
    // The other call was made later, by as much as the machine stalls.
    expect(inside.deadlineMs - outside.deadlineMs).toBeGreaterThan(500_000);
  });

  it("ends calls inside by its signal, with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("shutting down");
    const running = withCallOptions({ signal: controller.signal }, () =>
      runCall(chain, request, () => new Promise(() => {})),
    );
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
  });

  it("merges with outer options and with callers", () => {
    const signal = AbortSignal.abort();
    const context = withCallOptions({ priority: 1, timeoutMs: 5 }, () =>
      withCaller({ user: "ann" }, () => withCallOptions({ priority: 2, signal }, currentContext)),
    );
    expect(context).toEqual({ priority: 2, timeoutMs: 5, signal, caller: { user: "ann" } });
    expect(currentContext()).toEqual({});
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, "high"])(
    "a priority of %s is refused before anything is sent",
    async (priority) => {
      const running = withCallOptions({ priority: priority as number }, () => callMade());
      await expect(running).rejects.toMatchObject({ code: "CONFIG_INVALID", option: "priority", value: priority });
    },
  );
});
