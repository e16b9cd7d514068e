// Programs of the system that tests need: where they are, and how others are installed.

import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

const TIMEOUT_MS = 5 * 60_000;

/** The first program of that name in PATH. */
export function inPath(name, environment = process.env) {
  const directories = (environment.PATH ?? "").split(delimiter).filter(Boolean);
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

/** What to put before a command that changes the system; throws when this user may not. */
export function privilege() {
  if (process.getuid?.() === 0) return [];
  if (inPath("sudo") && run(["sudo", "-n", "true"]).length === 0) {
    return ["sudo", "-n", "/usr/bin/env", "DEBIAN_FRONTEND=noninteractive"];
  }
  throw new Error("this user is not root and sudo wants a password");
}

/** Runs a command in silence, five minutes at most if nothing else is said; answers its output if it failed, else nothing. */
export function run([command, ...args], { cwd, timeoutMs = TIMEOUT_MS } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", HOMEBREW_NO_AUTO_UPDATE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: timeoutMs,
  });
  if (status === 0) return [];
  const output = [stdout, stderr, error?.message].filter(Boolean).join("\n").trim();
  return [`$ ${[command, ...args].join(" ")}\n${output}`];
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
