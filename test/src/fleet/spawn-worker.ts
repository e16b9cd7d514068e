import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A worker on its way: the process, and what it prints as its first line of JSON. */
export interface Worker<Report> {
  readonly child: ChildProcess;
  readonly report: Promise<Report>;
}

/**
 * Starts a compiled worker of this folder; child processes run what was built.
 *
 * @param env - more for its environment.
 */
export function spawnWorker<Report>(
  name: string,
  orders: object,
  env: Readonly<Record<string, string>> = {},
): Worker<Report> {
  const path = fileURLToPath(new URL(`../../dist/fleet/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [path, JSON.stringify(orders)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const report = new Promise<Report>((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const [line, rest] = output.split("\n");
      if (rest !== undefined) resolve(JSON.parse(line as string) as Report);
    });
    child.on("error", reject);
    child.on("close", (code) => reject(new Error(`${name} ended with ${code} and no report`)));
  });
  return { child, report };
}
