// A stranger's project: an empty folder into which tarballs and packages of the registry are installed.

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes a package.json and an npm settings file of its own, so that none of this machine's or repository's settings are used. */
export function makeProject(folder, dependencies = {}) {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: "stranger", version: "1.0.0", private: true, type: "module", dependencies };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, undefined, 2));
  writeFileSync(join(folder, ".npmrc"), "audit=false\nfund=false\nupdate-notifier=false\nignore-scripts=true\n");
  return folder;
}

/** Installs what package.json asks for and the given packages besides. Returns npm's warnings, throws when npm fails. */
export function install(folder, packages = []) {
  // What npm hands to the scripts that it runs stands above the project's own settings.
  const { npm_config_engine_strict: _strict, ...env } = process.env;
  const { status, stdout, stderr } = run("npm", ["install", "--prefer-offline", ...packages], { cwd: folder, env });
  if (status !== 0) throw new Error(`npm install failed in ${folder}:\n${stdout}${stderr}`);
  return stderr;
}

/** Runs a program to its end. */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024, ...options });
  if (result.error) throw result.error;
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}
