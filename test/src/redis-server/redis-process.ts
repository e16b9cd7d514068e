import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Guard, guardProcess } from "./guard.js";
import type { RedisServerOptions } from "./redis-server.js";

/** One run of redis-server, in a folder of its own. */
export interface RedisProcess {
  readonly port: number;
  readonly pid: number;
  hasExited(): boolean;
  /** What it has written so far, for error messages. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Sends the signal, waits for the end and removes the folder. Harmless when it has ended already. */
  end(name: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** How long a server may take to end by itself; with nothing to save, its next tick is due within 100 ms. */
const GRACE_MS = 2_000;

/** Starts the binary; it may still be about to fail, see `waitUntilReady`. */
export async function spawnRedis(
  binary: string,
  port: number,
  args: readonly string[],
  { sentinel = false, env }: Pick<RedisServerOptions, "sentinel" | "env"> = {},
): Promise<RedisProcess> {
  const directory = await mkdtemp(join(tmpdir(), "sluice-redis-"));
  const fixed = sentinel ? await sentinelArgs(port, directory) : fixedArgs(port, directory);
  const child = spawn(binary, [...fixed, ...args], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const output = collectOutput(child);
  // "close" and not "exit": only then has all of its output arrived.
  let hasExited = false;
  const exited = new Promise<void>((resolve) =>
    child.once("close", () => {
      hasExited = true;
      resolve();
    }),
  );
  const { pid } = child;
  if (pid === undefined) {
    const error = await new Promise<Error>((resolve) => child.once("error", resolve));
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  const guard = guardProcess(pid, directory);
  release(child);
  return {
    port,
    pid,
    hasExited: () => hasExited,
    output,
    signal: (name) => void child.kill(name),
    async end(name) {
      child.ref();
      if (!hasExited) await endChild(child, exited, name);
      await removeAfter(guard, directory);
    },
  };
}

function fixedArgs(port: number, directory: string): string[] {
  const place = ["--port", String(port), "--bind", "127.0.0.1", "--dir", directory];
  return [...place, "--save", "", "--appendonly", "no", "--loglevel", "warning"];
}

/** A Sentinel writes what it learns into the file that it was started with. */
async function sentinelArgs(port: number, directory: string): Promise<string[]> {
  const file = join(directory, "sentinel.conf");
  await writeFile(file, `port ${port}\nbind 127.0.0.1\ndir "${directory}"\n`);
  return [file, "--sentinel"];
}

/** Keeps the last of what the server says. */
function collectOutput(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(-4_000);
    });
  }
  return () => text.trim();
}

/** Lets this process end while the server runs; the guard then ends the server. */
function release(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdout, child.stderr]) {
    (stream as (NodeJS.ReadableStream & { unref?(): void }) | null)?.unref?.();
  }
}

async function endChild(child: ChildProcess, exited: Promise<void>, name: "SIGTERM" | "SIGKILL"): Promise<void> {
  child.kill(name);
  // A stopped process sees a SIGTERM only when it runs again.
  child.kill("SIGCONT");
  const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  await exited;
  clearTimeout(timer);
}

async function removeAfter(guard: Guard, directory: string): Promise<void> {
  guard.dismiss();
  await rm(directory, { recursive: true, force: true });
}
