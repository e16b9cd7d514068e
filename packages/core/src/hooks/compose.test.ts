import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Call, createCall } from "../call/call.js";
import { createFakeClock } from "../testing/fake-clock.js";
import { sleep } from "../clock/sleep.js";
import type { Hook } from "./hook.js";
import { createHookChain } from "./hook-chain.js";

const newCall = (): Call => createCall({ provider: "test", account: "acme", operation: "things.list" });

describe("a before hook", () => {
  it("may wait: nothing inside runs until it is done", async () => {
    const clock = createFakeClock();
    const at: number[] = [];
    const chain = createHookChain({ clock, hooks: [{ name: "slow", before: () => sleep(500, undefined, clock) }] });
    const running = chain.run("attempt", newCall(), async () => at.push(clock.now()));
    await clock.advance(499);
    expect(at).toEqual([]);
    await clock.advance(1);
    await running;
    expect(at).toEqual([500]);
  });

  it("may replace the call for everything further in, its own after included, and nobody further out", async () => {
    const seen: string[] = [];
    const note = (who: string) => (call: Call) => void seen.push(`${who} ${call.operation}`);
    const chain = createHookChain({
      hooks: [
        { name: "outer", before: note("outer before"), after: note("outer after") },
        {
          name: "renamer",
          before: async (call) => ({ ...call, operation: "renamed" }),
          after: note("renamer after"),
        },
        { name: "inner", before: note("inner before"), after: note("inner after") },
      ],
    });
    await chain.run("attempt", newCall(), async (call) => note("transport")(call));
    expect(seen).toEqual([
      "outer before things.list",
      "inner before renamed",
      "transport renamed",
      "inner after renamed",
      "renamer after renamed",
      "outer after things.list",
    ]);
  });

  it.each([undefined, null, "junk", 7, {}, []])("that returns %j instead of a call changes nothing", async (junk) => {
    const chain = createHookChain({ hooks: [{ name: "odd", before: () => junk as undefined }] });
    expect(await chain.run("attempt", newCall(), async (call) => call.operation)).toBe("things.list");
  });

  for (const how of ["throws", "rejects"]) {
    it(`that ${how} vetoes: nothing inside runs, outer error hooks see it, its own does not`, async () => {
      const veto = new Error("not today");
      const told: unknown[] = [];
      const chain = createHookChain({
        hooks: [
          { name: "outer", error: (_, error) => told.push("outer", error), after: () => told.push("outer after") },
          {
            name: "gate",
            before: () => {
              if (how === "rejects") return Promise.reject(veto);
              throw veto;
            },
            wrap: (next, call) => (told.push("own wrap"), next(call)),
            error: () => told.push("own error"),
            after: () => told.push("own after"),
          },
          { name: "inner", before: () => void told.push("inner"), error: () => told.push("inner error") },
        ],
      });
      const running = chain.run("attempt", newCall(), async () => told.push("transport"));
      await expect(running).rejects.toBe(veto);
      expect(told).toEqual(["outer", veto]);
    });
  }
});

describe("a wrap hook", () => {
  it("may answer itself, go on again, or change result and error", async () => {
    let sent = 0;
    const transport = async (): Promise<number> => (sent += 1);
    const run = (wrap: NonNullable<Hook["wrap"]>): Promise<unknown> =>
      createHookChain({ hooks: [{ name: "w", wrap }] }).run("attempt", newCall(), transport);

    expect(await run(async () => "cached" as never)).toBe("cached");
    expect(sent).toBe(0);
    expect(await run(async (next, call) => (await next(call), next(call)))).toBe(2);
    await expect(run((next, call) => next(call).then(() => Promise.reject(new Error("changed"))))).rejects.toThrow(
      "changed",
    );
  });

  it("or a transport that throws before it makes a promise fails like any other", async () => {
    const seen: unknown[] = [];
    const early = new Error("early");
    const thrower = (): never => {
      throw early;
    };
    const fine = async (): Promise<string> => "fine";
    const catcher: Hook = {
      name: "c",
      wrap: (next, call) => next(call).catch((error) => (seen.push(error), "saved" as never)),
    };
    expect(await createHookChain({ hooks: [catcher] }).run("attempt", newCall(), thrower)).toBe("saved");
    expect(
      await createHookChain({ hooks: [catcher, { name: "t", wrap: thrower }] }).run("attempt", newCall(), fine),
    ).toBe("saved");
    await expect(createHookChain().run("attempt", newCall(), thrower)).rejects.toBe(early);
    expect(seen).toEqual([early, early]);
  });
});

it("every next gives a promise, also of a transport or wrap that gave a plain value", async () => {
  const kinds: unknown[] = [];
  const look: NonNullable<Hook["wrap"]> = (next, call) => {
    const going = next(call);
    kinds.push(going instanceof Promise);
    return going;
  };
  const chain = createHookChain({
    hooks: [
      { name: "outer", wrap: look },
      { name: "plain", wrap: (next, call) => (void next(call), "plain" as never) },
      { name: "inner", wrap: look },
    ],
  });
  const running = chain.run("attempt", newCall(), () => 5 as never);
  expect(running).toBeInstanceOf(Promise);
  expect([await running, kinds]).toEqual(["plain", [true, true]]);
});

it("a promise of the transport's own kind is handed on as it is", async () => {
  class OwnPromise<Value> extends Promise<Value> {}
  const made = OwnPromise.resolve("own");
  const running = createHookChain().run("attempt", newCall(), () => made);
  expect(running).toBe(made);
  expect(await running).toBe("own");
});

/** One hook of a random chain: which kinds it has, and how it behaves. */
const shape = fc.record({
  before: fc.constantFrom("none", "sync", "async", "veto"),
  wrap: fc.constantFrom("none", "through", "catches"),
  observes: fc.boolean(),
  stage: fc.constantFrom("call" as const, "attempt" as const),
});

it("hooks nest, whatever they are made of: every one that is entered is left, innermost first", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(shape, { maxLength: 8 }), fc.boolean(), async (shapes, fails) => {
      const told: string[] = [];
      const open: number[] = [];
      const enter = (index: number): void => void (told.push(`in ${index}`), open.push(index));
      const leave = (index: number): void => {
        told.push(`out ${index}`);
        expect(open.pop()).toBe(index);
      };
      const hooks = shapes.map(({ before, wrap, observes }, index): Hook => {
        const entering = (): void => {
          if (before === "veto") throw new Error(`veto ${index}`);
          if (observes) enter(index);
        };
        return {
          name: `hook ${index}`,
          before: async () => (before === "sync" ? entering() : Promise.resolve().then(entering)),
          ...(wrap !== "none" && {
            wrap: (next, call) => (wrap === "through" ? next(call) : next(call).catch(() => "saved" as never)),
          }),
          ...(observes && { after: () => leave(index), error: () => leave(index) }),
        };
      });
      const ended = await createHookChain({ hooks })
        .run("attempt", newCall(), async () => {
          told.push("transport");
          if (fails) throw new Error("transport");
          return "sent";
        })
        .catch((error: Error) => error.message);

      expect(open).toEqual([]);
      const vetoAt = shapes.findIndex(({ before }) => before === "veto");
      const reached = vetoAt === -1 ? shapes.length : vetoAt;
      // A hook's own wrap is inside its own before, so the hooks that can save the call are those already passed.
      const saved = shapes.slice(0, reached).some(({ wrap }) => wrap === "catches");
      const failure = vetoAt === -1 ? (fails ? "transport" : undefined) : `veto ${vetoAt}`;
      expect(ended).toBe(failure === undefined ? "sent" : saved ? "saved" : failure);
      const observing = shapes.flatMap(({ observes }, index) => (observes && index < reached ? [index] : []));
      expect(told).toEqual([
        ...observing.map((index) => `in ${index}`),
        ...(vetoAt === -1 ? ["transport"] : []),
        ...observing.toReversed().map((index) => `out ${index}`),
      ]);
    }),
    { numRuns: 300 },
  );
});

it("a chain made whole behaves like the same hooks in chains nested by hand", async () => {
  const step = fc.record({ name: fc.constantFrom("x", "y", "z"), wraps: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
      const trace = (told: string[]): Hook[] =>
        steps.map(({ name, wraps }, index) => ({
          name: `${name} ${index}`,
          before: (call) => ({ ...call, operation: `${call.operation}<${name}` }),
          after: (call) => told.push(`${index} ${call.operation}`),
          ...(wraps && { wrap: async (next, call) => `${name}(${String(await next(call))})` as never }),
        }));
      const whole: string[] = [];
      const parts: string[] = [];
      const transport = async (call: Call): Promise<string> => call.operation;
      const oneChain = await createHookChain({ hooks: trace(whole) }).run("call", newCall(), transport);
      const nested = trace(parts).reduceRight(
        (inside, hook) => (call: Call) => createHookChain({ hooks: [hook] }).run("call", call, inside),
        transport,
      );
      expect(await nested(newCall())).toBe(oneChain);
      expect(parts).toEqual(whole);
    }),
    { numRuns: 100 },
  );
});
