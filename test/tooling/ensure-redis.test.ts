import { expect, test } from "vitest";
import { findRedisServer } from "../../scripts/ensure-redis.mjs";
import { runScript, type ScriptResult } from "./run-script.js";
import { type ScratchTree, scratchTree } from "./scratch-tree.js";

const fakeServer = `#!/bin/sh\necho "Redis server v=9.9.9 sha=0"\n`;

/** A fake package manager, which writes its arguments to a log and "installs" when asked for the given package. */
function fakeManager(bin: ScratchTree, installs: string): string {
  return `#!/bin/sh
echo "$0 $*" >> ${bin.path}/log
case "$*" in
  *"install"*" ${installs}")
    printf '#!/bin/sh\\necho "Redis server v=9.9.9"\\n' > ${bin.path}/redis-server
    /bin/chmod +x ${bin.path}/redis-server ;;
  *install*) echo "E: no package of that name" >&2; exit 100 ;;
esac
`;
}

function ensure(path: string, env: NodeJS.ProcessEnv = {}): Promise<ScriptResult> {
  return runScript("scripts/ensure-redis.mjs", [], { env: { PATH: path, ...env } });
}

test("without a server and without leave to install, it fails and says what to do", async () => {
  const empty = scratchTree();
  const { exitCode, stderr } = await ensure(empty.path, { SLUICE_NO_INSTALL: "1" });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("SLUICE_NO_INSTALL is set");
  for (const advice of ["apt-get install -y redis-server", "dnf install", "apk add redis", "brew install redis"]) {
    expect(stderr).toContain(advice);
  }
  expect(stderr).toContain("REDIS_SERVER=");
});

test("REDIS_SERVER wins over an empty PATH, and its path and version are printed", async () => {
  const real = findRedisServer();
  if (!real) throw new Error("these tests need a Redis server: run node scripts/ensure-redis.mjs");
  const { exitCode, stdout } = await ensure(scratchTree().path, { REDIS_SERVER: real.path });
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`Redis server: ${real.path}, version ${real.version}\n`);
});

test("a REDIS_SERVER that does not run is an error, not a reason to look elsewhere", async () => {
  const bin = scratchTree();
  bin.write("redis-server", fakeServer, 0o755);
  const { exitCode, stderr } = await ensure(bin.path, { REDIS_SERVER: "/nowhere/redis-server" });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`REDIS_SERVER is "/nowhere/redis-server"`);
});

test("a valkey-server in PATH will do", async () => {
  const bin = scratchTree();
  const path = bin.write("valkey-server", fakeServer, 0o755);
  const { exitCode, stdout } = await ensure(bin.path);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`${path}, version 9.9.9`);
});

test("without a package manager it fails and says so", async () => {
  const { exitCode, stderr } = await ensure(scratchTree().path);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("no package manager known to this script");
});

const sudo = `#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n`;

test("with apt-get it refreshes the lists, installs, and finds what it installed", async () => {
  const bin = scratchTree();
  bin.write("apt-get", fakeManager(bin, "redis-server"), 0o755);
  bin.write("sudo", sudo, 0o755);
  const { exitCode, stdout } = await ensure(bin.path);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`Redis server: ${bin.path}/redis-server, version 9.9.9`);
  expect(
    bin
      .read("log")
      .split("\n")
      .map((line) => line.split(" ")[1]),
  ).toEqual(["update", "install", undefined]);
});

test("a package that is missing is followed by the next name for the same server", async () => {
  const bin = scratchTree();
  bin.write("dnf", fakeManager(bin, "valkey"), 0o755);
  bin.write("sudo", sudo, 0o755);
  const { exitCode } = await ensure(bin.path);
  expect(exitCode).toBe(0);
  expect(bin.read("log").trim().split("\n")).toHaveLength(2);
});

test("an installation that fails shows the package manager's own words", async () => {
  const bin = scratchTree();
  bin.write("apt-get", fakeManager(bin, "something-else"), 0o755);
  bin.write("sudo", sudo, 0o755);
  const { exitCode, stderr } = await ensure(bin.path);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("E: no package of that name");
  expect(stderr).toContain("REDIS_SERVER=");
});
