// Turns data/slack.json into src/slack/generated/published-limits.ts.
// Run: node packages/simulators/scripts/generate-limits.mjs [--check]
import { readFileSync, writeFileSync } from "node:fs";

const input = new URL("../data/slack.json", import.meta.url);
const output = new URL("../src/slack/generated/published-limits.ts", import.meta.url);
const data = JSON.parse(readFileSync(input, "utf8"));

const generated = render(data);
if (process.argv.includes("--check")) {
  if (readFileSync(output, "utf8") !== generated) {
    console.error("published-limits.ts is stale: run node packages/simulators/scripts/generate-limits.mjs");
    process.exitCode = 1;
  }
} else {
  writeFileSync(output, generated);
}

function render({ asOf, sources, methods }) {
  const used = new Set(Object.values(methods).flatMap((entry) => entry.source));
  const cited = Object.entries(sources).filter(([key]) => used.has(key) || key === "method:<name>");
  return [
    "// Generated from data/slack.json by scripts/generate-limits.mjs; do not edit.",
    `// Figures as of ${asOf}. Sources:`,
    ...cited.map(
      ([key, from]) => `//   ${key}: ${from.url ?? `github.com/${from.repo}`}${from.date ? ` (${from.date})` : ""}`,
    ),
    'import type { PublishedLimit } from "../limits/published-limit.js";',
    "",
    "export const publishedLimits: Readonly<Record<string, PublishedLimit>> = {",
    ...Object.entries(methods).flatMap(([method, entry]) => renderEntry(method, entry)),
    "};",
    "",
  ].join("\n");
}

function renderEntry(method, { tier, value, scope, source }) {
  return [
    `  ${JSON.stringify(method)}: {`,
    `    tier: ${JSON.stringify(tier)},`,
    `    perMinute: ${value},`,
    `    per: ${JSON.stringify(countedPer(scope))},`,
    `    source: ${JSON.stringify([source].flat().join(", "))},`,
    "  },",
  ];
}

/** Whose requests share one count: a scope nobody stated counts per app, as most do. */
function countedPer(scope) {
  if (scope.startsWith("per channel")) return "channel";
  if (scope.startsWith("per team")) return "team";
  return "app";
}
