import { expect, it } from "vitest";
import { Recent } from "./recent.js";

it("knows what was used lately, and no more than two generations of it", () => {
  const recent = new Recent<object, number>(3);
  const keys = Array.from({ length: 10 }, () => ({}));
  const used = {};
  recent.set(used, -1);
  for (const [index, key] of keys.entries()) {
    recent.set(key, index);
    expect(recent.get(used)).toBe(-1);
    expect(recent.get(key)).toBe(index);
  }
  const known = keys.filter((key) => recent.get(key) !== undefined);
  expect(known.length).toBeLessThanOrEqual(6);
  expect(known).toContain(keys.at(-1));
  expect(known).not.toContain(keys[0]);
});
