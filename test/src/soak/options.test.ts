import { expect, it } from "vitest";
import { parseSoakArguments } from "./options.js";

const parse = (...words: string[]) => parseSoakArguments(words, () => 42);

it("ten minutes, four processes and a seed of its own unless told otherwise", () => {
  expect(parse()).toEqual({ minutes: 10, seed: 42, processes: 4, out: undefined });
  expect(parse("--minutes", "0.5", "--seed", "7", "--processes", "2", "--out", "a.json")).toEqual({
    minutes: 0.5,
    seed: 7,
    processes: 2,
    out: "a.json",
  });
});

it.each([
  ["--minutes", "0", "--minutes must be a number from 0.5 to 1440, got 0"],
  ["--minutes", "", "--minutes must be a number from 0.5 to 1440, got "],
  ["--seed", "1.5", "--seed must be a whole number, got 1.5"],
  ["--processes", "many", "--processes must be a number from 1 to 64, got many"],
])("%s %s is refused with its range", (name, value, message) => {
  expect(() => parse(name, value)).toThrow(new RangeError(message));
});
