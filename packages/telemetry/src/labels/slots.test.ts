import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createSlots } from "./slots.js";

function use(slots: { nameFor(name: string): string }, name: string, times: number): string {
  let shown = "";
  for (let n = 0; n < times; n += 1) shown = slots.nameFor(name);
  return shown;
}

describe("slots for the busiest", () => {
  function full() {
    const clock = createFakeClock();
    const gone: string[] = [];
    const slots = createSlots({ size: 3, clock, busiest: true, onRelease: (name) => gone.push(name) });
    for (const name of ["a", "b", "c"]) use(slots, name, 30);
    use(slots, "a", 30);
    use(slots, "b", 30);
    return { clock, slots, gone };
  }

  it("give that of the least used to a name that is used twice as often", async () => {
    const { clock, slots, gone } = full();
    expect(use(slots, "attacker", 200)).toBe("other");
    await clock.advance(1000);
    expect(slots.nameFor("attacker")).toBe("attacker");
    expect([gone, slots.nameFor("c"), slots.nameFor("a")]).toEqual([["c"], "other", "a"]);
  });

  it("keep theirs against one that is used as often, and against any number used once", async () => {
    const { clock, slots, gone } = full();
    for (let n = 0; n < 10_000; n += 1) slots.nameFor(`passing-${n}`);
    use(slots, "equal", 30);
    await clock.advance(1000);
    expect([slots.nameFor("equal"), gone]).toEqual(["other", []]);
  });

  it("forget who was busy long ago", async () => {
    const { clock, slots } = full();
    for (let minute = 0; minute < 6; minute += 1) {
      use(slots, "steady", 10);
      await clock.advance(60_000);
    }
    use(slots, "steady", 25);
    await clock.advance(1000);
    expect(slots.nameFor("steady")).toBe("steady");
  });

  it("without the wish for the busiest stay with who came first", async () => {
    const clock = createFakeClock();
    const slots = createSlots({ size: 1, clock });
    slots.nameFor("first");
    use(slots, "busy", 1000);
    await clock.advance(1000);
    expect([slots.nameFor("busy"), slots.nameFor("first")]).toEqual(["other", "first"]);
  });
});
