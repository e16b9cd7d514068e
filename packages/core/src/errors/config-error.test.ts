import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError, show } from "./config-error.js";

describe("a ConfigError", () => {
  it("names option, accepted range and value, and what to do where that is known", () => {
    const problem = { option: "burst", accepted: "a whole number >= 1", value: 0.5 };
    expect(new ConfigError(problem)).toMatchObject({
      ...problem,
      message: "burst must be a whole number >= 1, got 0.5",
    });
    expect(new ConfigError({ ...problem, hint: "Raise it" }).message).toBe(
      "burst must be a whole number >= 1, got 0.5. Raise it",
    );
  });
});

it("shows no object that was given, for whoever prints the error would print what is in it", () => {
  const given = { host: "redis", password: "planted-password" };
  for (const value of [given, [given], () => given, new Map([["password", given.password]])]) {
    const error = new ConfigError({ option: "client", accepted: "a client of ioredis", value });
    expect(`${inspect(error, { depth: 9 })} ${JSON.stringify(error)}`).not.toContain("planted");
    expect(error.value).toBe(value);
  }
  expect(Object.keys(new ConfigError({ option: "client", accepted: "another", value: null }))).toContain("value");
});

describe("a shown value", () => {
  const shown: [value: unknown, shown: string][] = [
    ["text", '"text"'],
    ["", '""'],
    ["5", '"5"'],
    ['say "x"', String.raw`"say \"x\""`],
    [5, "5"],
    [-0, "-0"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [10n, "10n"],
    [true, "true"],
    [null, "null"],
    [undefined, "undefined"],
    [Symbol("mark"), "Symbol(mark)"],
    [[1, 2, 3], "an array of 3"],
    [{ token: "xoxb" }, "an object"],
    [() => "xoxb", "a function"],
    [Object.create(null), "an object"],
  ];
  it.each(shown.map(([value, text]) => [text, value]))("is %s", (text, value) => expect(show(value)).toBe(text));

  it("has control, bidirectional and invisible characters escaped", () => {
    expect(show("a\r\nb")).toBe(String.raw`"a\r\nb"`);
    expect(show("\u001b[2Jx")).toBe(String.raw`"\u001b[2Jx"`);
    expect(show("a\u202eb\u2066c\u200fd\ufeffe")).toBe(String.raw`"a\u202eb\u2066c\u200fd\ufeffe"`);
    expect(show("a\u0085b\u2028c\u2029d\u007fe")).toBe(String.raw`"a\u0085b\u2028c\u2029d\u007fe"`);
    expect(show(Symbol("a\nb"))).toBe(String.raw`Symbol(a\u000ab)`);
    expect(show("\u{e0041}")).toBe(String.raw`"\ue0041"`);
  });

  it("of a mebibyte is cut to one short line that says how long it was", () => {
    const cut = show("x".repeat(1_048_576));
    expect(cut.length).toBeLessThan(160);
    expect(cut).toMatch(/^"x+… \(1048578 characters\)$/);
    expect(show("\n".repeat(1_048_576)).length).toBeLessThan(160);
  });

  it("is one short line without control characters or halves of pairs, whatever it is", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.string({ unit: "grapheme", maxLength: 300 }),
    );
    fc.assert(
      fc.property(fc.oneof(texts, fc.anything()), (value) => {
        const text = show(value);
        expect(text.length).toBeLessThan(160);
        expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
      }),
      { numRuns: 500 },
    );
  });
});
