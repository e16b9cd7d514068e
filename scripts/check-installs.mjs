// Installs the packed packages into empty projects, as a stranger would, then loads every entry and compiles against its types
// with skipLibCheck off. It needs the registry for the dependencies. Run `npm run build` before.
//
//   node scripts/check-installs.mjs            everything; about five minutes
//   node scripts/check-installs.mjs --quick    together only, and with the newest compiler only
//
//   NODES   more Nodes to run on, separated by commas: their programs, or the folders these are in; the one running this is always used

import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checkAlone } from "./pack-check/alone.mjs";
import { compilerPackages } from "./pack-check/compilers.mjs";
import { knownFaultsIn } from "./pack-check/known-faults.mjs";
import { install, makeProject } from "./pack-check/project.mjs";
import { packAll, publishedPackages } from "./pack-check/published.mjs";
import { checkTogether } from "./pack-check/together.mjs";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const root = fileURLToPath(new URL("..", import.meta.url));
const nodes = [process.execPath, ...(process.env.NODES ?? "").split(",").flatMap(nodeAt)];
const faultsFile = new URL("pack-check/known-faults.json", import.meta.url);
const faults = knownFaultsIn(JSON.parse(readFileSync(faultsFile, "utf8")));

const folder = mkdtempSync(join(tmpdir(), "sluice-installs-"));
try {
  const packed = packAll(publishedPackages(root), folder);
  const compilers = makeProject(join(folder, "compilers"));
  install(compilers, compilerPackages);
  const setting = { folder, packed, compilers, nodes, faults, quick: values.quick };
  const complaints = [...checkTogether(setting), ...(values.quick ? [] : checkAlone(setting))];
  if (!values.quick) complaints.push(...faults.unseen());
  for (const note of faults.seen()) console.log(`known: ${note}`);
  for (const complaint of complaints) console.error(complaint);
  console.log(complaints.length === 0 ? "all installs are well" : `${complaints.length} complaints`);
  if (complaints.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function nodeAt(path) {
  if (path === "") return [];
  const program = statSync(path).isDirectory() ? join(path, "node") : path;
  return [resolve(program)];
}
