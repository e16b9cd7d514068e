import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, expectTypeOf, it } from "vitest";
import { tokenBucket } from "../limits/token-bucket.js";
import { memoryLock } from "../lock/memory-lock.js";
import { memoryStore } from "../memory/memory-store.js";
import { customLimit, type CustomLimit } from "./custom-limit.js";
import { memoryStates } from "./memory-states.js";
import { withCustomLimits } from "./with-custom-limits.js";

const allowed = { allowed: true };
const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;
let deep: unknown = 0;
for (let level = 0; level < 101; level += 1) deep = [deep];

/** Asks once, with a token of the store below beside it, and says what that store has left. */
async function askOf(algorithm: (...args: never[]) => unknown) {
  const clock = createFakeClock();
  const inner = memoryStore({ clock });
  const saved: string[] = [];
  const states = memoryStates({ clock });
  const store = withCustomLimits(inner, {
    lock: memoryLock({ clock }),
    states: {
      ...states,
      save: (scope, entries, ...rest) => {
        saved.push(...entries.map(({ text }) => text));
        return states.save(scope, entries, ...rest);
      },
    },
    clock,
  });
  const limit = customLimit({ name: "mine", algorithm: algorithm as CustomLimit["algorithm"] });
  const below = { bucket: "p", limit: tokenBucket({ refillRate: 1, burst: 3 }), cost: 1 };
  const how = { scope: "s", count: 1, ahead: 0, group: 1, withinMs: 0, peek: false };
  const ask = () => store.take({ ...how, id: "a", charges: [{ bucket: "b", limit, cost: 1 }, below] });
  const left = async () => (await inner.take({ ...how, id: "b", charges: [below], peek: true })).remaining;
  return { ask, left, saved };
}

describe("an algorithm that does not answer as it should", () => {
  const answers: [string, unknown][] = [
    ["nothing", undefined],
    ["null", null],
    ["a text", "yes"],
    ["a promise", Promise.resolve({ state: 1, decision: allowed })],
    ["no decision", { state: 1 }],
    ["a decision that is a word", { state: 1, decision: "allowed" }],
    ["a decision that says nothing", { state: 1, decision: {} }],
    ["a yes that is a text", { state: 1, decision: { allowed: "true" } }],
    ["an unknown kind", { state: 1, decision: { kind: "perhaps" } }],
    ["both spellings", { state: 1, decision: { kind: "allowed", allowed: true } }],
    ["no wait", { state: 1, decision: { allowed: false } }],
    ...[Number.NaN, -1, Infinity, -Infinity, "5", 5n, null, 1e15].map((retryAfterMs): [string, unknown] => [
      `a wait of ${String(retryAfterMs)} (${typeof retryAfterMs})`,
      { state: 1, decision: { allowed: false, retryAfterMs } },
    ]),
    ...[Number.NaN, -1, Infinity, "5", 5n, null].map((remaining): [string, unknown] => [
      `${String(remaining)} (${typeof remaining}) remaining`,
      { state: 1, decision: { allowed: true, remaining } },
    ]),
    ["no state", { decision: allowed }],
    ...[Number.NaN, Infinity, 5n, Symbol("s"), () => 1, new Date(0), new Map(), cyclic, deep].map(
      (state): [string, unknown] => [`a state that is ${typeof state}`, { state, decision: allowed }],
    ),
    ["NaN within the state", { state: { a: [{ b: Number.NaN }] }, decision: allowed }],
    ["undefined within the state", { state: { a: undefined }, decision: allowed }],
    ["a hole within the state", { state: Array<number>(3), decision: allowed }],
    ["a state of more than 64 KiB", { state: "x".repeat(65_535), decision: allowed }],
    ["a state of more than 64 KiB in bytes", { state: "\u20ac".repeat(22_000), decision: allowed }],
  ];
  for (const [name, answer] of answers) {
    it(`is named, and nothing is taken: ${name}`, async () => {
      const { ask, left, saved } = await askOf(() => answer);
      await expect(ask()).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        message: expect.stringContaining('the algorithm of custom limit "mine" must be') as string,
      });
      expect([await left(), saved]).toEqual([3, []]);
    });
  }

  it("is named when it throws, with what it threw as the cause, and nothing is taken", async () => {
    const thrown = { not: "an error" };
    const { ask, left } = await askOf(() => {
      throw thrown;
    });
    await expect(ask()).rejects.toMatchObject({ code: "CONFIG_INVALID", cause: thrown });
    expect(await left()).toBe(3);
  });

  it("is stopped from changing the state that it was given", async () => {
    const { ask, left } = await askOf((state: { list: number[] } | undefined) => {
      state?.list.push(1);
      return { state: state ?? { list: [] }, decision: allowed };
    });
    // The first unit has no state yet, but the next one is looked at too.
    await expect(ask()).rejects.toMatchObject({ code: "CONFIG_INVALID", cause: expect.any(TypeError) as TypeError });
    expect(await left()).toBe(3);
  });
});

describe("states", () => {
  it("come back as they were given, whatever JSON they are, null and texts included", async () => {
    const texts = ["\ud800", "\u2028", "__proto__", "x".repeat(65_000)];
    for (const state of [
      null,
      false,
      0,
      "",
      [],
      {},
      [[{ a: [null] }]],
      JSON.parse('{"__proto__":1}') as unknown,
      ...texts,
    ]) {
      const seen: unknown[] = [];
      const { ask } = await askOf((before: unknown) => {
        seen.push(before);
        return { state, decision: allowed };
      });
      await ask();
      await ask();
      // The first question and its look ahead, then the second one with what was kept.
      expect(seen.slice(0, 3)).toEqual([undefined, state, state]);
      expect(Object.keys(Object(seen[2]) as object)).toEqual(Object.keys(Object(state) as object));
    }
  });
});

describe("customLimit", () => {
  const algorithm = () => ({ state: 1, decision: { allowed: true } as const });

  it("is plain data with a function, frozen, and a maker of itself", () => {
    const initial = { list: [1] };
    const limit = customLimit({
      name: "n",
      algorithm: () => ({ state: initial, decision: { allowed: true } }),
      initial,
      rate: 2,
      capacity: 5,
    });
    expect(limit).toMatchObject({ kind: "custom", name: "n", initial: { list: [1] }, rate: 2, capacity: 5 });
    expect([Object.isFrozen(limit), limit.initial === initial]).toEqual([true, false]);
    expect(customLimit(limit)).toEqual(limit);
    expect(Object.keys(customLimit({ name: "n", algorithm }))).toEqual(["kind", "name", "algorithm"]);
  });

  it("gives the algorithm its initial state at first", async () => {
    const seen: unknown[] = [];
    const limit = customLimit({
      name: "n",
      initial: { used: 0 },
      algorithm: (state, nowMs, cost) => {
        expectTypeOf(state).toEqualTypeOf<{ used: number }>();
        seen.push([state, nowMs, cost]);
        return { state: { used: state.used + cost }, decision: { kind: "allowed", remaining: 0 } };
      },
    });
    const store = withCustomLimits(memoryStore(), {
      lock: memoryLock(),
      states: memoryStates({ clock: createFakeClock() }),
    });
    const charges = [{ bucket: "b", limit, cost: 2 }];
    await store.take({ scope: "s", charges, count: 1, ahead: 0, group: 1, withinMs: 0, id: "x", peek: false });
    expect(seen[0]).toEqual([{ used: 0 }, 0, 2]);
  });

  it("refuses what is out of range, naming it", () => {
    const wrong: [string, object][] = [
      ["name", { name: "" }],
      ["name", { name: "x".repeat(97) }],
      ["name", { name: 5 }],
      ["algorithm", { algorithm: "f" }],
      ...[Number.NaN, new Date(0), cyclic, () => 1, "x".repeat(70_000)].map((initial): [string, object] => [
        "initial",
        { initial },
      ]),
      ...[0, -1, Number.NaN, Infinity, "1"].map((rate): [string, object] => ["rate", { rate }]),
      ...[0, 1.5, Number.NaN, 3e9, 1n].map((capacity): [string, object] => ["capacity", { capacity }]),
    ];
    for (const [option, options] of wrong) {
      const make = (): unknown => customLimit({ name: "n", algorithm, ...(options as { initial: number }) });
      expect(make).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", option }));
    }
  });
});
