import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { root, runScript } from "./run-script.js";
import { scratchTree } from "./scratch-tree.js";

/** One complaint of the linter. */
export interface Finding {
  readonly file: string;
  readonly rule: string;
  readonly help: string;
}

interface Report {
  readonly diagnostics: readonly {
    readonly code: string;
    readonly filename: string;
    readonly message: string;
    readonly help?: string;
  }[];
}

/** Lints the given files, in a folder of their own, by the repository's rules. */
export async function lintTree(files: Readonly<Record<string, string>>): Promise<readonly Finding[]> {
  const tree = scratchTree(files);
  for (const file of [".oxlintrc.json", "scripts/lint/sluice-plugin.mjs"]) {
    mkdirSync(dirname(join(tree.path, file)), { recursive: true });
    copyFileSync(root + file, join(tree.path, file));
  }
  const args = ["--deny-warnings", "--format=json", "packages"];
  const { exitCode, stdout, stderr } = await runScript("node_modules/oxlint/bin/oxlint", args, { cwd: tree.path });
  const { diagnostics } = parseReport(stdout, stderr);
  if ((exitCode === 0) !== (diagnostics.length === 0)) {
    throw new Error(`oxlint ended with ${exitCode} and ${diagnostics.length} findings`);
  }
  return diagnostics.map(({ code, filename, message, help }) => ({
    file: filename,
    rule: code,
    help: help ?? message,
  }));
}

function parseReport(stdout: string, stderr: string): Report {
  try {
    return JSON.parse(stdout) as Report;
  } catch {
    throw new Error(`oxlint did not report: ${stdout}${stderr}`);
  }
}
