// Runs inside a stranger's project, on the Node under test: loads each entry by `import` and, where this Node can, by `require`.
//
//   node load-entries.mjs @sluice/core @sluice/limiter ...   prints one JSON object

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const canRequire = process.features.require_module === true;
const failures = [];

for (const specifier of process.argv.slice(2)) {
  const imported = await import(specifier).catch((error) => fail("import", specifier, error));
  if (imported === undefined) continue;
  if (Object.keys(imported).length === 0) fail("import", specifier, new Error("it exports nothing"));
  if (!canRequire) continue;
  try {
    const required = require(specifier);
    const missing = Object.keys(imported).filter((name) => required[name] !== imported[name]);
    if (missing.length > 0) fail("require", specifier, new Error(`not the same: ${missing.join(", ")}`));
  } catch (error) {
    fail("require", specifier, error);
  }
}

console.log(JSON.stringify({ node: process.version, canRequire, failures }));

function fail(how, specifier, error) {
  failures.push(`${how} of ${specifier}: ${error.message}`);
}
