// Finds a Redis server for the tests, or installs one. A missing server is an error, never a skipped test.
//
//   node scripts/ensure-redis.mjs
//
//   REDIS_SERVER        the server to use: a path, or a name to look up in PATH
//   SLUICE_NO_INSTALL   when set to anything, nothing is installed

import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import { inPath, privilege, run } from "./system-programs.mjs";

const serverNames = ["redis-server", "valkey-server"];

/** Package managers in the order they are tried; each list of packages ends at the first that installs. */
const packageManagers = [
  {
    command: "apt-get",
    refresh: ["update", "-qq"],
    install: ["install", "-y", "-qq", "--no-install-recommends"],
    packages: ["redis-server", "valkey-server"],
  },
  { command: "dnf", install: ["install", "-y", "-q"], packages: ["redis", "valkey"] },
  { command: "apk", install: ["add", "--no-cache", "-q"], packages: ["redis", "valkey"] },
  { command: "pacman", install: ["-Sy", "--noconfirm", "--needed", "-q"], packages: ["valkey", "redis"] },
  { command: "brew", install: ["install", "-q"], packages: ["redis", "valkey"], asUser: true },
];

const instructions = `Install it with one of these and run again:
  Debian, Ubuntu   sudo apt-get update && sudo apt-get install -y redis-server
  Fedora           sudo dnf install -y redis       (or valkey)
  Alpine           sudo apk add redis              (or valkey)
  macOS            brew install redis
or name a server that is already there:
  REDIS_SERVER=/path/to/redis-server npm test`;

/**
 * The server the tests use: `REDIS_SERVER` when set, else the first of redis-server and valkey-server in PATH.
 * Undefined when there is none; throws when `REDIS_SERVER` names something that does not run.
 */
export function findRedisServer(environment = process.env) {
  const named = environment.REDIS_SERVER;
  if (named) {
    const found = serverAt(named.includes(sep) ? named : inPath(named, environment));
    if (!found) throw new Error(`REDIS_SERVER is "${named}", which is not a Redis server that runs here`);
    return found;
  }
  for (const name of serverNames) {
    const found = serverAt(inPath(name, environment));
    if (found) return found;
  }
  return undefined;
}

function serverAt(path) {
  if (!path) return undefined;
  const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 10_000 });
  const version = status === 0 ? /\bv=(\S+)/.exec(stdout)?.[1] : undefined;
  return version ? { path, version } : undefined;
}

/** Installs a server, or throws with the reason why not. */
function install() {
  if (process.env.SLUICE_NO_INSTALL) throw new Error("SLUICE_NO_INSTALL is set");
  const manager = packageManagers.find(({ command }) => inPath(command, process.env));
  if (!manager) throw new Error("no package manager known to this script is in PATH");
  const prefix = manager.asUser ? [] : privilege();
  console.log(`No Redis server found; installing one with ${manager.command}.`);
  const failures = [];
  if (manager.refresh) failures.push(...run([...prefix, manager.command, ...manager.refresh]));
  for (const name of manager.packages) {
    const failure = run([...prefix, manager.command, ...manager.install, name]);
    if (failure.length === 0) return;
    failures.push(...failure);
  }
  throw new Error(`${manager.command} could not install it\n\n${failures.join("\n")}\n`);
}

function ensureRedis() {
  let found = findRedisServer();
  if (!found) {
    install();
    found = findRedisServer();
    if (!found) throw new Error("the package was installed, but no redis-server is in PATH");
  }
  return found;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const { path, version } = ensureRedis();
    console.log(`Redis server: ${path}, version ${version}`);
  } catch (error) {
    console.error(`The tests need a Redis server: ${error.message}.\n${instructions}`);
    process.exitCode = 1;
  }
}
