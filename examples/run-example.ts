import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** What an example wrote. */
export interface ExampleRun {
  readonly stdout: string;
  readonly stderr: string;
}

/** Settings of whoever runs the tests, which are not those of the examples. */
const foreign = /^(SLUICE|REDIS|SLACK|GITHUB|GITLAB|AWS|KEYCLOAK|KUBE|KUBERNETES|KUBECONFIG|FORCE)(_|$)/;

/** Starts the built program of an example as its README says, by the folder's name, and waits for its end. */
export async function runExample(
  example: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ExampleRun> {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
  const env = { ...own, NODE_NO_WARNINGS: "1", NO_COLOR: "1", ...settings };
  return promisify(execFile)(process.execPath, [path(example, "dist/main.js")], { env });
}

/** What its README says it prints: the block of text. */
export async function promisedOutput(example: string): Promise<string> {
  const readme = await readFile(path(example, "README.md"), "utf8");
  const block = /^```text\n(.*?)^```$/ms.exec(readme)?.[1];
  if (block === undefined) throw new Error(`examples/${example}/README.md has no block of text`);
  return block;
}

function path(example: string, file: string): string {
  return fileURLToPath(new URL(`./${example}/${file}`, import.meta.url));
}
