// Turns the part on S3 of data/aws.json into src/s3/generated/published-limits.ts.
// Run: node packages/simulators/scripts/generate-s3-limits.mjs [--check]
import { readFileSync } from "node:fs";
import { emit, renderFigures, renderHead } from "./published-figures.mjs";

const script = "generate-s3-limits.mjs";
const data = JSON.parse(readFileSync(new URL("../data/aws.json", import.meta.url), "utf8"));
const output = new URL("../src/s3/generated/published-limits.ts", import.meta.url);
const { read, write } = data.services.s3;
const named = new Set([read.source, write.source]);
const sources = Object.fromEntries(Object.entries(data.sources).filter(([key]) => named.has(key)));

const generated = [
  ...renderHead("aws.json", script, { asOf: data.asOf, sources }),
  ...renderFigures("s3Limits", "The request rates that S3 publishes: GET and HEAD, and PUT, COPY, POST and DELETE.", {
    reads: read,
    writes: write,
  }),
].join("\n");
emit(output, script, generated);
