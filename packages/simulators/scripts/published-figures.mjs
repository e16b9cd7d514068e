// What the generators of published limits share.
import { readFileSync, writeFileSync } from "node:fs";

const unitsMs = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Writes the module, or with `--check` complains when it is not up to date. */
export function emit(output, script, generated) {
  if (!process.argv.includes("--check")) {
    writeFileSync(output, generated);
    return;
  }
  if (readFileSync(output, "utf8") !== generated) {
    console.error(
      `${output.pathname.split("/").slice(-3).join("/")} is stale: run node packages/simulators/scripts/${script}`,
    );
    process.exitCode = 1;
  }
}

/** The head of a generated module: where the figures are from. */
export function renderHead(file, script, { asOf, sources }) {
  return [
    `// Generated from data/${file} by scripts/${script}; do not edit.`,
    `// Figures as of ${asOf}. Sources:`,
    ...Object.entries(sources).map(([key, from]) => `//   ${key}: ${from.url ?? from.repo ?? `npm ${from.npm}`}`),
    'import type { PublishedFigure } from "../../limits/published-figure.js";',
    "",
  ];
}

/** A table of figures; entries without a published number, or counted in something other than requests, are left out. */
export function renderFigures(name, doc, entries) {
  return [
    `/** ${doc} @public */`,
    `export const ${name} = {`,
    ...Object.entries(entries)
      .filter(([, entry]) => Number.isInteger(entry?.value))
      .map(([key, entry]) => `  ${JSON.stringify(key)}: ${renderFigure(entry)},`),
    "} as const satisfies Readonly<Record<string, PublishedFigure>>;",
    "",
  ];
}

function renderFigure({ value, unit, scope, source }) {
  return `{ limit: ${value}, windowMs: ${windowMs(unit)}, scope: ${JSON.stringify(scope)}, source: ${JSON.stringify(source)} }`;
}

/** `requests/10 minutes` is 600000; a unit without a time is 0. */
function windowMs(unit) {
  const [, count = "1", name] = /\/\s*(\d+)?\s*(second|minute|hour|day)s?$/.exec(unit) ?? [];
  return name === undefined ? 0 : Number(count) * unitsMs[name];
}
