// Finds a Chromium for the tests of the dashboard page, or installs one. A missing browser is an error, never a skipped test.
//
//   node scripts/ensure-chromium.mjs
//
//   CHROMIUM            the browser to use: a path, or a name to look up in PATH
//   SLUICE_NO_INSTALL   when set to anything, nothing is installed

import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import { inPath, privilege, run } from "./system-programs.mjs";

const browserNames = ["chromium", "chromium-browser", "google-chrome"];
const timeoutMs = 10 * 60_000;

const instructions = `Install it with one of these and run again:
  Debian           sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium
  Fedora           sudo dnf install -y chromium
  Alpine           sudo apk add chromium
or name a browser that is already there:
  CHROMIUM=/path/to/chromium npm test`;

/**
 * The browser the tests use: `CHROMIUM` when set, else the first of chromium, chromium-browser and google-chrome in PATH.
 * Undefined when there is none; throws when `CHROMIUM` names something that does not run.
 */
export function findChromium(environment = process.env) {
  const named = environment.CHROMIUM;
  if (named) {
    const found = browserAt(named.includes(sep) ? named : inPath(named, environment));
    if (!found) throw new Error(`CHROMIUM is "${named}", which is not a Chromium that runs here`);
    return found;
  }
  for (const name of browserNames) {
    const found = browserAt(inPath(name, environment));
    if (found) return found;
  }
  return undefined;
}

function browserAt(path) {
  if (!path) return undefined;
  // A name in PATH may be a stub that only says how to install it.
  const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 20_000 });
  const version = status === 0 ? /^(?:Chromium|Google Chrome)\D*(\d+(?:\.\d+)+)/m.exec(stdout)?.[1] : undefined;
  return version ? { path, version } : undefined;
}

/** Installs the browser of the distribution, or throws with the reason why not. */
function install() {
  if (process.env.SLUICE_NO_INSTALL) throw new Error("SLUICE_NO_INSTALL is set");
  if (!inPath("apt-get", process.env)) throw new Error("apt-get, which would install one, is not in PATH");
  const prefix = privilege();
  console.log("No Chromium found; installing one with apt-get.");
  const options = ["install", "-y", "-qq", "--no-install-recommends", "chromium"];
  const unrefreshed = run([...prefix, "apt-get", "update", "-qq"], { timeoutMs });
  const failures = run([...prefix, "apt-get", ...options], { timeoutMs });
  if (failures.length === 0) return;
  throw new Error(`apt-get could not install it\n\n${[...unrefreshed, ...failures].join("\n")}\n`);
}

function ensureChromium() {
  let found = findChromium();
  if (!found) {
    install();
    found = findChromium();
    if (!found) throw new Error("the package was installed, but no chromium is in PATH");
  }
  return found;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const { path, version } = ensureChromium();
    console.log(`Chromium: ${path}, version ${version}`);
  } catch (error) {
    console.error(`The tests of the dashboard page need a Chromium: ${error.message}.\n${instructions}`);
    process.exitCode = 1;
  }
}
