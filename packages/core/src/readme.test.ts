import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { errorCodes } from "./index.js";

it("the README lists every error code with its meaning, and no other", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` +\| (.+?) +\|$/gm)].map(([, code, meaning]) => [code, meaning]);
  expect(rows).toEqual(Object.entries(errorCodes));
});
