// Draws docs/effect/*.svg from the figures in docs/effect/demo.json.
//
//   node test/dist/effect/main.js           draws
//   node test/dist/effect/main.js --check   compares, and ends with 1 when a picture is not what the figures give
//   node test/dist/effect/main.js --run     runs the demo for new figures first; about five minutes

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { finding, pictures } from "./draw.js";
import { compare, type DemoFigures } from "./figures.js";
import { runDemo } from "./run-demo.js";

const { values } = parseArgs({
  options: { check: { type: "boolean", default: false }, run: { type: "boolean", default: false } },
});
const folder = new URL("../../../docs/effect/", import.meta.url);
const json = new URL("demo.json", folder);
if (values.run) writeFileSync(json, `${JSON.stringify(await runDemo(), undefined, 2)}\n`);
const figures = JSON.parse(readFileSync(json, "utf8")) as DemoFigures;
for (const [file, svg] of pictures(figures)) {
  const path = new URL(file, folder);
  if (!values.check) writeFileSync(path, svg);
  else if (readFileSync(path, "utf8") !== svg) {
    process.stderr.write(`docs/effect/${file} is not what demo.json gives; run node test/dist/effect/main.js\n`);
    process.exitCode = 1;
  }
}
if (!values.check) process.stdout.write(`${finding(compare(figures))}\n`);
