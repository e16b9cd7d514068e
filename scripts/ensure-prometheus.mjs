// Finds Prometheus and promtool for the tests of dashboards and alert rules, or fetches them. That they are missing is an error, never a
// skipped test. Nothing is installed: the package is unpacked below node_modules.
//
//   node scripts/ensure-prometheus.mjs [--cache folder]
//
//   PROMETHEUS, PROMTOOL   the programs to use: paths, or names to look up in PATH
//   SLUICE_NO_INSTALL      when set to anything, nothing is fetched

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, renameSync, rmSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inPath, isExecutable, run } from "./system-programs.mjs";

const debianPackage = "prometheus";
const timeoutMs = 3 * 60_000;
/** Kept between runs; removed with node_modules. */
const defaultCache = fileURLToPath(new URL("../node_modules/.cache/sluice/prometheus", import.meta.url));

const instructions = `Install it with one of these and run again:
  Debian, Ubuntu   sudo apt-get update && sudo apt-get install -y prometheus
  Fedora           sudo dnf install -y golang-github-prometheus
  Alpine           sudo apk add prometheus
  macOS            brew install prometheus
or name programs that are already there, of version 2.42 or later:
  PROMETHEUS=/path/to/prometheus PROMTOOL=/path/to/promtool npm test`;

/**
 * The programs the tests use, each the first of: what its variable names, what is in PATH, what was fetched before.
 * Undefined when one is missing; throws when a variable names something that does not run.
 */
export function findPrometheus(environment = process.env, cache = defaultCache) {
  const prometheus = find("prometheus", "PROMETHEUS", environment, cache);
  const promtool = find("promtool", "PROMTOOL", environment, cache);
  return prometheus && promtool ? { prometheus, promtool } : undefined;
}

function find(name, variable, environment, cache) {
  const named = environment[variable];
  if (named) {
    const found = programAt(name, named.includes(sep) ? named : inPath(named, environment));
    if (!found) throw new Error(`${variable} is "${named}", which is not a ${name} that runs here`);
    return found;
  }
  return programAt(name, inPath(name, environment)) ?? programAt(name, join(cache, "usr", "bin", name));
}

function programAt(name, path) {
  if (!path || !isExecutable(path)) return undefined;
  // Older ones print their version to stderr.
  const { status, stdout, stderr } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 20_000 });
  const version = status === 0 ? new RegExp(`^${name}, version (\\S+)`).exec(stdout || stderr)?.[1] : undefined;
  return version ? { path, version } : undefined;
}

/** Fetches the distribution's own package and unpacks it into the cache, or throws with the reason why not. */
function fetchPackage(cache) {
  if (process.env.SLUICE_NO_INSTALL) throw new Error("SLUICE_NO_INSTALL is set");
  for (const tool of ["apt-get", "dpkg"]) {
    if (!inPath(tool, process.env)) throw new Error(`${tool} is not in PATH, and this script knows no other way`);
  }
  console.log(`No Prometheus found; fetching the package ${debianPackage} with apt-get.`);
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "fetching-"));
  try {
    download(folder);
    const archive = readdirSync(folder).find((name) => name.endsWith(".deb"));
    if (!archive) throw new Error("apt-get download left no package behind");
    const [failure] = run(["dpkg", "-x", archive, "unpacked"], { cwd: folder, timeoutMs });
    if (failure) throw new Error(`dpkg could not unpack it\n\n${failure}\n`);
    keep(join(folder, "unpacked", "usr"), join(cache, "usr"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** By the system's lists of packages, else by lists of our own: the system's are not ours to refresh. */
function download(folder) {
  const here = { cwd: folder, timeoutMs };
  const first = run(["apt-get", "download", "-qq", debianPackage], here);
  if (first.length === 0) return;
  const lists = join(folder, "lists");
  const archives = join(folder, "archives");
  for (const path of [lists, archives]) mkdirSync(join(path, "partial"), { recursive: true });
  const own = ["-o", `Dir::State::lists=${lists}`, "-o", `Dir::Cache=${folder}`];
  const refused = run(["apt-get", ...own, "update", "-qq"], here);
  const second = run(["apt-get", ...own, "download", "-qq", debianPackage], here);
  if (second.length > 0)
    throw new Error(`apt-get could not fetch it\n\n${[...first, ...refused, ...second].join("\n")}\n`);
}

/** Another run may have fetched it at the same time, and use it already: theirs is as good. */
function keep(from, to) {
  if (programAt("promtool", join(to, "bin", "promtool"))) return;
  rmSync(to, { recursive: true, force: true });
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

/** The same, fetched if they are missing. Throws with the reason when they cannot be had. */
export function ensurePrometheus(cache = defaultCache) {
  const found = findPrometheus(process.env, cache);
  if (found) return found;
  fetchPackage(cache);
  const fetched = findPrometheus(process.env, cache);
  if (!fetched) throw new Error("the package was fetched, but its programs do not run here");
  return fetched;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const { values } = parseArgs({ options: { cache: { type: "string", default: defaultCache } } });
    const { prometheus, promtool } = ensurePrometheus(resolve(values.cache));
    console.log(`Prometheus: ${prometheus.path}, version ${prometheus.version}`);
    console.log(`promtool: ${promtool.path}, version ${promtool.version}`);
  } catch (error) {
    console.error(`The tests need Prometheus: ${error.message}.\n${instructions}`);
    process.exitCode = 1;
  }
}
