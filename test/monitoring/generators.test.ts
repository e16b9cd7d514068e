import { readFileSync } from "node:fs";
import { labelCatalogue, metricCatalogue } from "@sluice/telemetry";
import { describe, expect, it } from "vitest";
import { root, runScript } from "../tooling/run-script.js";
import { scratchTree } from "../tooling/scratch-tree.js";

/** A tree with the list of metrics as a build leaves it, changed or not. */
function treeWith(metrics: readonly object[]) {
  const text = (value: unknown): string => JSON.stringify(value);
  return scratchTree({
    "packages/telemetry/dist/index.js": `export const metricCatalogue = ${text(metrics)}; export const labelCatalogue = ${text(labelCatalogue)};`,
    "packages/telemetry/dist/package.json": text({ type: "module" }),
  });
}

describe.each([
  ["generate-dashboards.mjs", "packages/telemetry/dashboards/overview.json"],
  ["generate-alerts.mjs", "packages/telemetry/alerts/sluice.rules.yaml"],
])("%s", (name, file) => {
  const script = `packages/telemetry/scripts/${name}`;

  it("writes what is committed, and then has nothing to complain about", async () => {
    const tree = treeWith(metricCatalogue);
    const complaint = await runScript(script, ["--check", "--root", tree.path]);
    expect(complaint).toMatchObject({ exitCode: 1 });
    expect(complaint.stderr).toContain(`${file} is stale`);
    expect(await runScript(script, ["--root", tree.path])).toMatchObject({ exitCode: 0 });
    expect(tree.read(file)).toBe(readFileSync(`${root}${file}`, "utf8"));
    expect(await runScript(script, ["--check", "--root", tree.path])).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("complains about a file that somebody changed", async () => {
    const tree = treeWith(metricCatalogue);
    await runScript(script, ["--root", tree.path]);
    tree.write(file, `${tree.read(file)}\n`);
    const { exitCode, stderr } = await runScript(script, ["--check", "--root", tree.path]);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(`${file} is stale: run \`npm run generate\` and commit the result\n`);
  });

  it("writes nothing when an expression names what the list does not have", async () => {
    const tree = treeWith(metricCatalogue.filter((metric) => metric.name !== "sluice_circuit_breaker_state"));
    const { exitCode, stderr } = await runScript(script, ["--root", tree.path]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("No metric or function has the name sluice_circuit_breaker_state");
    expect(() => tree.read(file)).toThrow("ENOENT");
  });

  it("says what to do when the package is not built", async () => {
    const { exitCode, stderr } = await runScript(script, ["--root", scratchTree().path]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("run `npm run build`");
  });
});
