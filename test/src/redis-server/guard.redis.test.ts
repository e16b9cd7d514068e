import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { ask } from "./ask.js";
import { redisServerBinary } from "./binary.js";

function built(file: string): string {
  return new URL(`../../dist/${file}`, import.meta.url).href;
}

/** A process that starts a server from the built files, writes its port and waits for its own end. */
function startParent(): ChildProcess {
  const code = `
    const { spawnRedis } = await import("${built("redis-server/redis-process.js")}");
    const { freePort } = await import("${built("loopback/free-port.js")}");
    const port = await freePort();
    await spawnRedis(${JSON.stringify(redisServerBinary())}, port, []);
    console.log(port);
    setInterval(() => {}, 1000);
  `;
  return spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("the condition did not come true within 15 s");
    await sleep(10);
  }
}

/** The server's folder, or undefined while it does not answer. */
function directoryOf(port: number): Promise<string | undefined> {
  return ask(port, [["CONFIG", "GET", "dir"]], (reply) => /\r\n\/.*\r\n$/.test(reply), 1_000).then(
    (reply) => reply.trim().split("\r\n").at(-1),
    () => undefined,
  );
}

test.each(["SIGKILL", "SIGTERM"] as const)(
  "a server does not outlive a parent ended by %s",
  { timeout: 60_000 },
  async (signal) => {
    const parent = startParent();
    const port = await new Promise<number>((resolve) => parent.stdout?.once("data", (text) => resolve(Number(text))));
    let directory: string | undefined;
    await until(async () => (directory = await directoryOf(port)) !== undefined);
    expect(existsSync(String(directory))).toBe(true);
    parent.kill(signal);
    await until(async () => (await directoryOf(port)) === undefined && !existsSync(String(directory)));
  },
);
