import { describe, expect, it, vi } from "vitest";
import { remembered } from "./remembered.js";

describe("a function that remembers", () => {
  it("is asked once for each text, and again where nothing came of it", () => {
    const upper = vi.fn((text: string) => (text === "none" ? undefined : text.toUpperCase()));
    const fast = remembered(upper);
    expect(["a", "b", "a", "none", "none"].map(fast)).toEqual(["A", "B", "A", undefined, undefined]);
    expect(upper).toHaveBeenCalledTimes(4);
  });

  it("holds no more than it may, whatever it is asked, and nothing long", () => {
    const count = vi.fn((text: string) => text.length);
    const fast = remembered(count, 3);
    for (const text of ["a", "b", "c", "d", "a"]) fast(text);
    expect(count).toHaveBeenCalledTimes(5);
    const long = "x".repeat(1000);
    fast(long);
    expect([fast(long), count.mock.calls.length]).toEqual([1000, 7]);
  });
});
