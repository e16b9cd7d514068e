import { afterEach, describe, expect, it } from "vitest";
import type { CustomStates } from "../custom/states.js";

/** What the suite needs to know of the states. */
export interface CustomStatesUnderTest {
  /** Empty ones for each test. */
  readonly open: () => CustomStates | Promise<CustomStates>;
}

/** The behaviour that every place for states of custom limits must show, on a real clock with short times. */
export function customStatesContract(name: string, { open }: CustomStatesUnderTest): void {
  describe(`${name} keep the contract of custom states`, () => {
    const opened: CustomStates[] = [];
    const fresh = async (): Promise<CustomStates> => {
      const states = await open();
      opened.push(states);
      return states;
    };
    afterEach(async () => {
      for (const states of opened.splice(0)) await states.close();
    });
    const textsOf = async (states: CustomStates, ...names: string[]) => (await states.load("a:b", names)).texts;

    it("reads what was written, in the order asked for, and nothing of what was not", async () => {
      const states = await fresh();
      expect(await textsOf(states, "x", "y")).toEqual([undefined, undefined]);
      const text = '{"a":":\\n\u{1f600}\\ud800"}';
      const entries = [
        { name: "x", text },
        { name: "z", text: "" },
      ];
      expect(await states.save("a:b", entries, 5, 60_000)).toBe(true);
      expect(await textsOf(states, "z", "y", "x")).toEqual(["", undefined, text]);
      expect((await states.load("a:c", ["x"])).texts).toEqual([undefined]);
    });

    it("refuses a write under an older fence, whole, and takes one under the same or a newer", async () => {
      const states = await fresh();
      const save = (names: string[], text: string, fence: number) =>
        states.save(
          "a:b",
          names.map((one) => ({ name: one, text })),
          fence,
          60_000,
        );
      const newest = 1_700_000_000_000_001;
      expect(await save(["x"], "first", newest)).toBe(true);
      expect(await save(["y", "x"], "stale", newest - 1)).toBe(false);
      expect(await textsOf(states, "x", "y")).toEqual(["first", undefined]);
      expect(await save(["x", "y"], "same", newest)).toBe(true);
      expect(await save(["x"], "newer", newest + 1)).toBe(true);
      expect(await textsOf(states, "x", "y")).toEqual(["newer", "same"]);
    });

    it("forgets what nobody writes again", async () => {
      const states = await fresh();
      const kept = ["x", "y"].map((one) => ({ name: one, text: "kept" }));
      await states.save("a:b", kept, 1, 200);
      await states.save("a:b", [{ name: "x", text: "again" }], 2, 60_000);
      await new Promise((resolve) => setTimeout(resolve, 260));
      expect(await textsOf(states, "x", "y")).toEqual(["again", undefined]);
    });

    it("tells the time in microseconds, forwards", async () => {
      const states = await fresh();
      const before = (await states.load("a:b", ["x"])).nowUs;
      await new Promise((resolve) => setTimeout(resolve, 50));
      const tookUs = (await states.load("a:b", ["x"])).nowUs - before;
      expect(Number.isInteger(before)).toBe(true);
      expect(tookUs).toBeGreaterThan(45_000);
      expect(tookUs).toBeLessThan(5_000_000);
    });
  });
}
