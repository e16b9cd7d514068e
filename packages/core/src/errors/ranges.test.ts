import { describe, expect, it } from "vitest";
import { anObject, between, knownOptions, nonEmpty, nonNegative, oneOf, positive, wholeBetween } from "./ranges.js";

/** What no range takes: not numbers, or numbers that only look like one. */
const neverNumbers = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  "5",
  "",
  " ",
  5n,
  null,
  undefined,
  true,
  [],
  [5],
  {},
  new Number(5),
  Symbol("5"),
  () => 5,
];

const ranges: [
  name: string,
  check: (value: unknown) => unknown,
  accepted: string,
  takes: unknown[],
  refuses: unknown[],
][] = [
  [
    "positive",
    (value) => positive("rate", value),
    "a finite number > 0",
    [1, 0.5, 5e-324, Number.MAX_VALUE],
    [0, -1, -5e-324],
  ],
  [
    "nonNegative",
    (value) => nonNegative("rate", value),
    "a finite number >= 0",
    [0, 0.5, Number.MAX_VALUE],
    [-1, -5e-324],
  ],
  ["between", (value) => between("rate", value, 2, 3), "a number from 2 to 3", [2, 2.5, 3], [1.999, 3.001, 0]],
  [
    "wholeBetween",
    (value) => wholeBetween("rate", value, 0, 10),
    "a whole number from 0 to 10",
    [0, 1, 10],
    [-1, 11, 0.5, 9.999, 1e21],
  ],
];

describe.each(ranges)("%s", (_, check, accepted, takes, refuses) => {
  it.each(takes)("takes %s and hands it on", (value) => expect(check(value)).toBe(value));

  it.each([...refuses, ...neverNumbers])("refuses %s, naming option, range and value", (value) => {
    expect(() => check(value)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", option: "rate", accepted, value }),
    );
    expect(() => check(value)).toThrow(`rate must be ${accepted}, got `);
  });
});

describe("between", () => {
  it("takes -0 for no number even where the range goes below 0, and Infinity where the range does", () => {
    expect(() => between("rate", -0, -1, 1)).toThrow("rate must be a number from -1 to 1, got -0");
    expect(between("rate", Number.POSITIVE_INFINITY, 0, Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("nonEmpty", () => {
  it("takes a text with something in it, up to its length", () => {
    expect(nonEmpty("name", " x ")).toBe(" x ");
    expect(nonEmpty("name", "x".repeat(1024))).toHaveLength(1024);
    expect(nonEmpty("name", "xyz", 3)).toBe("xyz");
  });

  it.each(["", " ", "\n\t\u00a0", "x".repeat(1025), 5, null, undefined, ["x"]])("refuses %j", (value) => {
    expect(() => nonEmpty("name", value)).toThrow("name must be a text of 1 to 1024 characters, got ");
  });
});

describe("oneOf", () => {
  it("takes what is listed and nothing that is like it", () => {
    expect(oneOf("mode", "open", ["open", "closed"])).toBe("open");
    for (const value of ["Open", " open", "", undefined, null, 0, ["open"]]) {
      expect(() => oneOf("mode", value, ["open", "closed"])).toThrow('mode must be "open" or "closed", got ');
    }
  });
});

describe("anObject", () => {
  it("takes any object and hands it on", () => {
    const options = { a: 1 };
    expect(anObject("options", options)).toBe(options);
  });

  it.each([undefined, null, 7, true, () => 5])("refuses %s, naming option, range and value", (value) => {
    expect(() => anObject("options", value as never, "{ a }")).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", option: "options", accepted: "{ a }", value }),
    );
  });

  it("shows no text, which may be a token in the wrong place", () => {
    expect(() => anObject("options", "ghp_secret" as never)).toThrow(
      'options must be an object, got "a text that is not shown"',
    );
  });
});

describe("knownOptions", () => {
  interface Options {
    readonly rate?: number;
    readonly burst?: number;
  }
  const check = (value: unknown): Options => knownOptions<Options>("limit", value as Options, ["rate", "burst"]);

  it.each([{}, { rate: 1 }, { rate: 1, burst: 2 }])("takes %j and hands it on", (value) =>
    expect(check(value)).toBe(value),
  );

  it("takes a name that is not known as long as nothing stands behind it", () => {
    const value = { rate: 1, brust: undefined };
    expect(check(value)).toBe(value);
  });

  it("refuses a misspelt option, naming it, what there is and the value", () => {
    expect(() => check({ rate: 1, brust: 2 })).toThrow(
      expect.objectContaining({
        code: "CONFIG_INVALID",
        option: "limit.brust",
        accepted: "left out, for the options of limit are rate, burst",
        value: 2,
      }),
    );
  });

  it.each([undefined, null, "rate", 7, true, ["rate"], () => 5])("refuses %s, which has no options", (value) => {
    expect(() => check(value)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", option: "limit", accepted: "an object of options", value }),
    );
  });
});
