import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketKey, shortName } from "./bucket-key.js";
import { encodePart } from "./encode-part.js";

const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ maxLength: 400 }), fc.stringMatching(/^[a%:#0-9]*$/));

describe("a part of a key", () => {
  it.each([
    ["harmless text as it is", "acme/T.1@x+y-z_9", "acme/T.1@x+y-z_9"],
    ["other characters by their code", "a:b {c}", "a%003ab%0020%007bc%007d"],
    ["a lone surrogate by its code", "\uD800", "%d800"],
    ["both halves of a pair", "😀", "%d83d%de00"],
    ["no text as a lone sign", "", "%"],
    ["a line break at the end by its code", "a\n", "a%000a"],
    ["96 harmless characters as they are", "x".repeat(96), "x".repeat(96)],
  ])("is %s", (_, from, to) => {
    expect(encodePart(from)).toBe(to);
  });

  it.each([
    ["longer text", "x".repeat(97)],
    ["longer text of other characters", ":".repeat(97)],
    ["text that its codes make longer", ":".repeat(20)],
  ])("is a hash for %s", (_, from) => {
    expect(encodePart(from)).toMatch(/^#[\da-f]{64}$/);
  });

  it("is written out as long as its codes leave it short enough", () => {
    expect(encodePart(`${":".repeat(19)}x`)).toBe(`${"%003a".repeat(19)}x`);
    expect(encodePart(`${":".repeat(19)}xx`)).toMatch(/^#/);
  });

  it("keeps the hash it has among all versions, for keys outlive a release", () => {
    expect(encodePart("x".repeat(97))).toBe("#fd8c10d8c02aabf99b011b9d9df3084adb22c188386ec59334175d1caa4e8898");
  });

  it("is short and harmless, and differs where the texts differ", () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(encodePart(one)).toMatch(/^[\w@./+%#-]{1,96}$/);
        expect(encodePart(one) === encodePart(other)).toBe(one === other);
      }),
    );
  });
});

describe("the name of a bucket", () => {
  it("holds scope, algorithm and name", () => {
    expect(bucketKey("acme", "tokenBucket", "chat")).toBe("4:acmetokenBucket:chat");
  });

  it("differs where any of them does", () => {
    const kind = fc.constantFrom("tokenBucket" as const, "leakyBucket" as const, "custom" as const);
    const named = fc.tuple(text, kind, text);
    fc.assert(
      fc.property(named, named, (one, other) => {
        expect(bucketKey(...one) === bucketKey(...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  it("keeps 256 characters, and of a longer one a hash that no kept name can equal", () => {
    expect(shortName("ü".repeat(256))).toBe("ü".repeat(256));
    expect(shortName("ü".repeat(257))).toMatch(/^#[\da-f]{64}#{192}$/);
  });
});
