import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { program } from "../src/program.js";

const folder = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);

const output = [
  "first run: 12 clients created, 6 realms created",
  "again: nothing to do",
  "other wishes: 1 clients created, 1 clients deleted, 1 clients updated, 1 realms deleted",
  "after somebody deleted a client by hand: 1 clients created",
  "after the tokens were revoked: nothing to do",
  "2 logins, 0 requests refused",
];

it("prints what it did, run by run", { timeout: 60_000 }, async () => {
  const lines: string[] = [];
  await program((line) => void lines.push(line));
  expect(lines).toEqual(output);
});

it("does the same as it is started", { timeout: 180_000 }, async () => {
  const compiler = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  await run(process.execPath, [join(compiler, "bin", "tsc"), "-b", folder]);
  // Without the settings of whoever runs the tests.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(KEYCLOAK|SLUICE|REDIS)_/.test(name)),
  );
  const { stdout } = await run(process.execPath, [join(folder, "dist", "main.js")], { env });
  expect(stdout.trim().split("\n")).toEqual(output);
});
