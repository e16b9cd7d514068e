import { expect, test } from "vitest";
import { runScript, type ScriptResult } from "../tooling/run-script.js";
import { type ScratchTree, scratchTree } from "../tooling/scratch-tree.js";

const program = (name: string): string => `#!/bin/sh\necho "${name}, version 9.9.9 (branch: none)"\n`;

function ensure(path: string, env: NodeJS.ProcessEnv = {}): Promise<ScriptResult> {
  const cache = scratchTree().path;
  return runScript("scripts/ensure-prometheus.mjs", ["--cache", cache], { env: { PATH: path, ...env } });
}

/** A folder of PATH with fakes of apt-get and dpkg. `downloads` says after which commands there is a package. */
function packaging(apt: string): ScratchTree {
  const bin = scratchTree();
  bin.write("apt-get", `#!/bin/sh\necho "$*" >> ${bin.path}/log\n${apt}\n`, 0o755);
  const unpack = ["prometheus", "promtool"].map(
    (name) => `printf '#!/bin/sh\\necho "${name}, version 9.9.9"\\n' > $3/usr/bin/${name}`,
  );
  bin.write(
    "dpkg",
    ["#!/bin/sh", "/bin/mkdir -p $3/usr/bin", ...unpack, "/bin/chmod +x $3/usr/bin/*", ""].join("\n"),
    0o755,
  );
  return bin;
}

test("without the programs and without leave to fetch them, it fails and says what to do", async () => {
  const { exitCode, stderr } = await ensure(scratchTree().path, { SLUICE_NO_INSTALL: "1" });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("SLUICE_NO_INSTALL is set");
  for (const advice of ["apt-get install -y prometheus", "brew install prometheus", "PROMETHEUS=", "PROMTOOL="])
    expect(stderr).toContain(advice);
});

test("what is in PATH will do, and what the variables name wins", async () => {
  const bin = scratchTree();
  for (const name of ["prometheus", "promtool"]) bin.write(name, program(name), 0o755);
  const other = bin.write("elsewhere/promtool", program("promtool"), 0o755);
  const { exitCode, stdout } = await ensure(bin.path, { PROMTOOL: other });
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`Prometheus: ${bin.path}/prometheus, version 9.9.9`);
  expect(stdout).toContain(`promtool: ${other}, version 9.9.9`);
});

test("a variable that names something else is an error, not a reason to look elsewhere", async () => {
  const bin = scratchTree();
  for (const name of ["prometheus", "promtool"]) bin.write(name, program(name), 0o755);
  const { exitCode, stderr } = await ensure(bin.path, { PROMETHEUS: `${bin.path}/promtool` });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`PROMETHEUS is "${bin.path}/promtool", which is not a prometheus that runs here`);
});

test("a package is fetched and unpacked, and nothing is installed", async () => {
  const bin = packaging(": > prometheus_9.deb");
  const { exitCode, stdout } = await ensure(bin.path);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/promtool: .*\/usr\/bin\/promtool, version 9\.9\.9/);
  expect(bin.read("log")).toBe("download -qq prometheus\n");
});

test("where the system knows no packages, lists of its own are fetched, away from the system's", async () => {
  const bin = packaging(`case "$*" in -o*download*) : > prometheus_9.deb ;; -o*update*) ;; *) exit 100 ;; esac`);
  const { exitCode } = await ensure(bin.path);
  expect(exitCode).toBe(0);
  const [first, update, second] = bin.read("log").trim().split("\n");
  expect(first).toBe("download -qq prometheus");
  expect(update).toMatch(/^-o Dir::State::lists=\S+ -o Dir::Cache=\S+ update -qq$/);
  expect(second).toMatch(/^-o Dir::State::lists=\S+ -o Dir::Cache=\S+ download -qq prometheus$/);
});

test("a fetch that fails shows the package manager's own words, and leaves nothing behind", async () => {
  const bin = packaging('echo "E: no package of that name" >&2; exit 100');
  const cache = scratchTree();
  const { exitCode, stderr } = await runScript("scripts/ensure-prometheus.mjs", ["--cache", cache.path], {
    env: { PATH: bin.path },
  });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("E: no package of that name");
  expect(stderr).toContain("PROMETHEUS=");
  expect(() => cache.read("usr/bin/prometheus")).toThrow("ENOENT");
});

test("without apt-get it fails and says so", async () => {
  const { exitCode, stderr } = await ensure(scratchTree().path);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("apt-get is not in PATH");
});
