// What two public linters say of a tarball: publint of its package.json, attw of how its types resolve.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const require = createRequire(import.meta.url);

/** publint's complaints, suggestions among them. */
export async function runPublint({ tarball, manifest }) {
  const bytes = readFileSync(tarball);
  const packed = { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) };
  const { messages } = await publint({ pack: packed, strict: true, level: "suggestion" });
  return messages.map((message) => `publint: ${formatMessage(message, manifest, { color: false }) ?? message.code}`);
}

/** attw's complaints. The packages are ES modules only, which is no fault: `require` loads them where the runtime can. */
export async function runAttw({ tarball }) {
  const args = [
    attwProgram(),
    tarball,
    "--profile",
    "esm-only",
    "--format",
    "table-flipped",
    "--no-color",
    "--no-emoji",
  ];
  const { code, output } = await run(process.execPath, args);
  return code === 0 ? [] : [`attw: ${output.trim()}`];
}

function attwProgram() {
  const manifest = require.resolve("@arethetypeswrong/cli/package.json");
  return join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin.attw);
}

function run(program, args) {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? 1), output: stdout + stderr }),
    );
  });
}
