import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NameIndex } from "./name-index.js";

/** Names that are alike: few characters, slashes, wide ones, lone surrogates, of every length that a table keeps. */
const name = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "b", "/", "é", "Ā", "\uD800", "\0"), maxLength: 6 }),
  fc
    .tuple(fc.constantFrom("", "per-user/60000/user/", "x/"), fc.string({ unit: "binary", maxLength: 257 }))
    .map((parts) => parts.join("").slice(0, 257)),
);

describe("an index of names", () => {
  it("finds each name that is there, and no other, whatever was added and removed before", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.boolean()), { maxLength: 300 }), (steps) => {
        const index = new NameIndex();
        const model = new Map<string, number>();
        for (const [text, stays] of steps) {
          const slot = model.get(text);
          expect(index.find(text)).toBe(slot ?? -1);
          if (slot === undefined) {
            const own = index.add(text);
            expect([...model.values()]).not.toContain(own);
            model.set(text, own);
          } else if (!stays) {
            index.remove(slot);
            model.delete(text);
          }
          expect(index.size).toBe(model.size);
        }
        for (const [text, slot] of model) {
          expect(index.find(text)).toBe(slot);
          expect(index.isUsed(slot)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("holds a hundred thousand, and none of them once they are gone", () => {
    const index = new NameIndex();
    const names = Array.from({ length: 100_000 }, (_, number) => `per-user/60000/user/${number}`);
    const slots = names.map((text) => index.add(text));
    expect(new Set(slots).size).toBe(names.length);
    expect(names.map((text) => index.find(text))).toEqual(slots);
    for (const slot of slots) index.remove(slot);
    expect([index.size, index.slots, index.find(names[7] as string)]).toEqual([0, 0, -1]);
  });

  it("stays as large as it is when names come and go", () => {
    const index = new NameIndex();
    const slots: number[] = [];
    for (let round = 0; round < 200_000; round += 1) {
      slots.push(index.add(`visitor/${round}`));
      if (slots.length > 100) index.remove(slots.shift() as number);
    }
    expect(index.size).toBe(100);
    expect(index.slots).toBe(101);
  });

  it("tells names apart by what is before their last slash, however many such there are", () => {
    const index = new NameIndex();
    const names = Array.from({ length: 1000 }, (_, number) => `head ${number}/tail`);
    const slots = names.map((text) => index.add(text));
    expect(names.map((text) => index.find(text))).toEqual(slots);
    expect(index.find("head 1000/tail")).toBe(-1);
    expect(index.find("tail")).toBe(-1);
  });
});
