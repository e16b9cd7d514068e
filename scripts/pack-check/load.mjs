// Loads entries inside a stranger's project, on the Node under test.

import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./project.mjs";

const loader = fileURLToPath(new URL("load-entries.mjs", import.meta.url));

/** The Node's version, whether it can `require` ES modules, and what did not load. Throws when the Node itself fails. */
export function loadEntries(project, node, specifiers) {
  cpSync(loader, join(project, "load-entries.mjs"));
  const { status, stdout, stderr } = run(node, ["load-entries.mjs", ...specifiers], { cwd: project });
  if (status !== 0) throw new Error(`${node} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}
