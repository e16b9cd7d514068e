import { getEventListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { createHookChain } from "../hooks/hook-chain.js";
import { createFakeClock } from "../testing/fake-clock.js";
import { type Call } from "./call.js";
import { currentContext, withCaller, withCallOptions, withoutCallOptions } from "./context.js";
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

  it("leaves a field as it is where it is told undefined", async () => {
    const made = await withCaller({ namespace: "team-a", user: "ann" }, () =>
      withCaller({ namespace: undefined, user: "bob" } as object, () => callMade()),
    );
    expect(made.caller).toStrictEqual({ namespace: "team-a", user: "bob" });
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

describe("nested withCallOptions", () => {
  const hang = (): Promise<never> => new Promise(() => {});
  const reason = new Error("the outer reason");

  for (const [which, position] of [
    ["outermost", 0],
    ["middle", 1],
    ["innermost", 2],
  ] as const) {
    it(`end the calls inside by any of their signals, with its reason: the ${which}`, async () => {
      const controllers = [new AbortController(), new AbortController(), new AbortController()] as const;
      const [outer, middle, inner] = controllers;
      const running = withCallOptions({ signal: outer.signal }, () =>
        withCallOptions({ signal: middle.signal }, () =>
          withCallOptions({ signal: inner.signal }, () => runCall(chain, request, hang)),
        ),
      );
      controllers[position].abort(reason);
      await expect(running).rejects.toBe(reason);
      for (const { signal } of controllers) expect(getEventListeners(signal, "abort")).toEqual([]);
    });
  }

  it("send nothing when an outer signal has aborted already", async () => {
    let sent = 0;
    const running = withCallOptions({ signal: AbortSignal.abort(reason) }, () =>
      withCallOptions({ signal: new AbortController().signal }, () => runCall(chain, request, async () => (sent += 1))),
    );
    await expect(running).rejects.toBe(reason);
    expect(sent).toBe(0);
  });

  it("leave an option as it is where they are told undefined, or null", async () => {
    const controller = new AbortController();
    const nothing = { signal: undefined, timeoutMs: undefined, priority: undefined };
    for (const said of [nothing, { signal: null, timeoutMs: null, priority: null }, undefined]) {
      const context = withCallOptions({ signal: controller.signal, timeoutMs: 50, priority: 3 }, () =>
        withCallOptions(said as object, currentContext),
      );
      expect(context).toStrictEqual({ signal: controller.signal, timeoutMs: 50, priority: 3 });
    }
    expect(withCallOptions(nothing as object, currentContext)).toStrictEqual({});
    const running = withCallOptions({ signal: controller.signal }, () =>
      withCallOptions({ signal: undefined, priority: 3 } as object, () => runCall(chain, request, hang)),
    );
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
  });

  it.each([
    [50, 500, 50],
    [500, 50, 50],
    [Number.POSITIVE_INFINITY, 500, 500],
    [500, Number.POSITIVE_INFINITY, 500],
  ])("of %s ms outside and %s ms inside give a call %s ms", async (outerMs, innerMs, givenMs) => {
    const clock = createFakeClock();
    const made = await withCallOptions({ timeoutMs: outerMs }, () =>
      withCallOptions({ timeoutMs: innerMs }, () => callMade({ clock })),
    );
    expect(made.deadlineMs).toBe(givenMs);
  });

  it.each([
    [50, "500"],
    [50, Number.NaN],
    [Number.NaN, 50],
    [50, -1],
  ])(
    "of %s ms outside and %s ms inside are refused: a wrong value does not hide behind a right one",
    async (...all) => {
      const [outerMs, innerMs] = all as [number, number];
      const running = withCallOptions({ timeoutMs: outerMs }, () =>
        withCallOptions({ timeoutMs: innerMs }, () => callMade()),
      );
      await expect(running).rejects.toMatchObject({ code: "CONFIG_INVALID", option: "timeoutMs" });
    },
  );

  it("let the inner priority win", async () => {
    const made = await withCallOptions({ priority: 9 }, () => withCallOptions({ priority: 2 }, () => callMade()));
    expect(made.priority).toBe(2);
  });

  it("show one signal that aborts with any of theirs, while the code that asks and after it", () => {
    for (const position of [0, 1]) {
      const controllers = [new AbortController(), new AbortController()] as const;
      const [outer, inner] = controllers;
      const signal = withCallOptions({ signal: outer.signal }, () =>
        withCallOptions({ signal: inner.signal }, () => {
          expect(currentContext().signal).toBe(currentContext().signal);
          return currentContext().signal;
        }),
      );
      expect(signal?.aborted).toBe(false);
      controllers[position]?.abort(reason);
      expect(signal?.reason).toBe(reason);
    }
  });

  it("show the signal itself where it is but one, also when it is said twice", () => {
    const { signal } = new AbortController();
    const shown = withCallOptions({ signal }, () => withCallOptions({ signal }, () => currentContext().signal));
    expect(shown).toBe(signal);
  });

  it("show a signal that hears a timeout which nobody else holds", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const { signal } = new AbortController();
    const shown = withCallOptions({ signal: AbortSignal.timeout(60) }, () =>
      withCallOptions({ signal }, () => currentContext().signal),
    );
    await new Promise((resolve) => setTimeout(resolve, 5));
    collect();
    await expect.poll(() => shown?.reason as unknown, { timeout: 5000 }).toMatchObject({ name: "TimeoutError" });
  });
});

describe("withoutCallOptions", () => {
  it("makes calls free of the options outside, and still on behalf of the caller", async () => {
    const signal = AbortSignal.abort(new Error("over"));
    const clock = createFakeClock();
    const made = await withCaller({ user: "ann" }, () =>
      withCallOptions({ signal, timeoutMs: 5, priority: 2 }, () =>
        withoutCallOptions(() => withCallOptions({ timeoutMs: 700 }, () => callMade({ clock }))),
      ),
    );
    expect(made).toMatchObject({ caller: { user: "ann" }, priority: 0, deadlineMs: 700 });
    expect(made.signal.aborted).toBe(false);
    expect(withoutCallOptions(currentContext)).toStrictEqual({});
  });
});
