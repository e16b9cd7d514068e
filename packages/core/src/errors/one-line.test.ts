import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oneLine } from "./one-line.js";

describe("a text as one line", () => {
  it("stays as it is where it fits and every character can be printed", () => {
    expect(oneLine("plain text, ünïcode, 日本, 🎉")).toBe("plain text, ünïcode, 日本, 🎉");
    expect(oneLine("x".repeat(1000))).toBe("x".repeat(1000));
    expect(oneLine("12345", 5)).toBe("12345");
    expect(oneLine("")).toBe("");
  });

  it.each([
    ["a line feed", "a\nb", "a\\u000ab"],
    ["an escape", "\u001b[31m", "\\u001b[31m"],
    ["an end of line of its own kind", "a\u2028b\u2029c", "a\\u2028b\\u2029c"],
    ["what turns the text round", "\u202Eabc", "\\u202eabc"],
    ["what takes no room", "a\u200Bb", "a\\u200bb"],
    ["half of a pair", "a\uD83Db", "a\\ud83db"],
    ["a tag beyond sixteen bits", "\u{E0041}", "\\ue0041"],
  ])("writes %s out", (_what, text, line) => {
    expect(oneLine(text)).toBe(line);
  });

  it("says how long it was where it was cut", () => {
    expect(oneLine("x".repeat(1001))).toBe(`${"x".repeat(1000)}… (1001 characters)`);
    expect(oneLine("123456", 5)).toBe("12345… (6 characters)");
  });

  it("is cut where writing out made it too long, and then says so", () => {
    expect(oneLine("\n\n", 8)).toBe("\\u000a\\u… (2 characters)");
    expect(oneLine("\n\n", 12)).toBe("\\u000a\\u000a");
  });

  it("never ends in half of a pair", () => {
    expect(oneLine("abc🎉🎉", 4)).toBe("abc… (7 characters)");
    expect(oneLine("abc🎉", 5)).toBe("abc🎉");
    // The first cut leaves the pair whole, and the second goes through it.
    expect(oneLine("\n🎉x", 7)).toBe("\\u000a… (4 characters)");
    // Halves elsewhere are written out and not taken away.
    expect(oneLine("\uD83Dabc", 3)).toBe("\\ud… (4 characters)");
  });

  it("holds for every text: one line, whole characters, hardly longer than asked for", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 40 }), (text, longest) => {
        const line = oneLine(text, longest);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
        expect(line.replace(/… \(\d+ characters\)$/, "").length).toBeLessThanOrEqual(longest);
      }),
    );
  });
});
