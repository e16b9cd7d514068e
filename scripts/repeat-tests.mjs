// Runs the whole suite again and again, on one version of Node after the other, and stops at the first run that fails: a test that fails
// now and then is one that nobody believes. Run `npm run build` before.
//
//   node scripts/repeat-tests.mjs --times 20
//   node scripts/repeat-tests.mjs --times 3 --nodes /opt/node20/bin:/opt/node22/bin:/opt/node24/bin
//   node scripts/repeat-tests.mjs --times 5 -- packages/limiter/     arguments of vitest behind the dashes

import { spawnSync } from "node:child_process";
import { writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { times: { type: "string", default: "20" }, nodes: { type: "string" } },
});
const times = Number(values.times);
if (!Number.isInteger(times) || times < 1 || times > 1000) {
  console.error(`--times must be a whole number from 1 to 1000, got ${values.times}`);
  process.exit(1);
}
const root = fileURLToPath(new URL("..", import.meta.url));
const folders = values.nodes === undefined ? [undefined] : values.nodes.split(delimiter);
const logs = mkdtempSync(join(tmpdir(), "sluice-repeat-"));

for (let time = 1; time <= times; time += 1) {
  const folder = folders[(time - 1) % folders.length];
  // Without a second try: what is looked for is what fails once.
  const env = { ...process.env, ...(folder && { PATH: `${folder}${delimiter}${process.env.PATH}` }) };
  delete env.CI;
  const startedMs = Date.now();
  const { stdout: node } = spawnSync("node", ["--version"], { env, encoding: "utf8" });
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { status, stdout, stderr } = spawnSync("node", [vitest, "run", ...positionals], {
    cwd: root,
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  const said =
    stripColors(stdout)
      .match(/^ *Tests .*$/m)?.[0]
      .trim() ?? "no tests were run";
  console.log(`${time}/${times}  node ${node.trim()}  ${seconds} s  ${said}`);
  if (status === 0) continue;
  const log = join(logs, `run-${time}.log`);
  writeFileSync(log, stdout + stderr);
  console.error(`run ${time} failed: ${log}`);
  process.exit(1);
}

function stripColors(text) {
  return text.replaceAll(new RegExp(`${String.fromCodePoint(27)}\\[[\\d;]*m`, "g"), "");
}
