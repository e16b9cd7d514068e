import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { createLimiter, tokenBucket } from "@sluice/limiter";
import { redisFleet, redisStore } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { main, runProcess, start } from "../process.test-support.js";

let server: Awaited<ReturnType<typeof startRedisServer>>;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

let prefixes = 0;
/** A Redis that stands still for a while is not away. */
const patient = ["--timeout", "9000"];
const live = `'${process.execPath}' '${main}' top --interval 0.2 ${patient.join(" ")}`;

/** A process with an empty bucket, for which two calls wait, and a provider that said 429. */
async function busyFleet(): Promise<string> {
  prefixes += 1;
  const prefix = `top${prefixes}`;
  const where = { url: server.url, prefix, commandTimeoutMs: 10_000 };
  const store = redisStore(where);
  const limiter = createLimiter({ store, provider: "slack", account: "acme" });
  const over = new AbortController();
  onTestFinished(async () => {
    over.abort();
    await limiter.close();
    await store.close();
  });
  const charge = { bucket: "chat.postMessage", limit: tokenBucket({ refillRate: 0.01, burst: 3 }) };
  for (let call = 0; call < 3; call += 1) await limiter.tryAcquire(charge);
  for (let call = 0; call < 2; call += 1)
    limiter.acquire(charge, { timeoutMs: Infinity, signal: over.signal }).catch(() => {});
  await limiter.observe({ ...charge, bucket: "users.list" }, { retryAfterMs: 10 });
  // What it does is told once a second.
  await using fleet = redisFleet(where);
  await expect
    .poll(async () => (await fleet.look()).scopes, { timeout: 10_000 })
    .toMatchObject([{ scope: "slack:acme", waiting: 2, throttled: 1 }]);
  return prefix;
}

describe("top", { timeout: 60_000 }, () => {
  it("prints one table where there is no screen", async () => {
    const prefix = await busyFleet();
    const { code, out } = await runProcess(["top", ...patient, "--redis", server.url, "--prefix", prefix]);
    expect(code).toBe(0);
    expect(out).toContain("waiting 2  429s/min 1");
    expect(out).toMatch(/^slack:acme chat\.postMessage +100% +0\/3 +36\/h +2 +\d+\.\d +\d/m);
    expect(out).not.toContain("\u001B");
  });

  it("prints a line of JSON for each look, until it is told to stop", async () => {
    const prefix = await busyFleet();
    const often = ["top", "--json", "--interval", "0.2", ...patient, "--redis", server.url];
    const started = start([...often, "--prefix", prefix]);
    await expect.poll(() => started.out().split("\n").length, { timeout: 20_000 }).toBeGreaterThan(3);
    started.child.kill("SIGINT");
    expect(await started.ended).toBe(0);
    for (const line of started.out().trimEnd().split("\n")) {
      expect(JSON.parse(line)).toMatchObject({
        scopes: [{ scope: "slack:acme", waiting: 2, throttled: 1 }],
        buckets: [{ bucket: "chat.postMessage", used: 1, remaining: 0, capacity: 3, waiting: 2 }, {}],
        breakers: [],
      });
    }
    const { out } = await runProcess([...often, "--count", "2"]);
    expect(out.trimEnd().split("\n")).toHaveLength(2);
  });

  it("draws over itself in a terminal of its size, and leaves it as it was on q", async () => {
    const prefix = await busyFleet();
    const terminal = inTerminal(`stty cols 90 rows 20; ${live}`, {
      REDIS_URL: server.url,
      PREFIX: prefix,
    });
    await expect.poll(() => frames(terminal.out()).length, { timeout: 15_000 }).toBeGreaterThan(3);
    terminal.type("q");
    expect(await terminal.ended).toBe(0);
    const out = terminal.out();
    expect(out.startsWith("\u001B[?1049h\u001B[?25l")).toBe(true);
    expect(out.trimEnd().endsWith("\u001B[?25h\u001B[?1049l")).toBe(true);
    // Coloured, since it is a terminal.
    expect(out).toContain("\u001B[31m");
    for (const shown of frames(out)) {
      expect(shown[0]).toContain("sluice top");
      expect(shown.length).toBeLessThan(20);
    }
    for (const line of frames(out).flat()) expect(line.length).toBeLessThanOrEqual(90);
  });

  it("ends on Ctrl+C too, and has no colours where NO_COLOR is set", async () => {
    const terminal = inTerminal(live, {
      REDIS_URL: server.url,
      NO_COLOR: "1",
    });
    await expect.poll(() => frames(terminal.out()).length, { timeout: 15_000 }).toBeGreaterThan(1);
    terminal.type("\u0003");
    expect(await terminal.ended).toBe(0);
    for (const color of [31, 32, 33, 36]) expect(terminal.out()).not.toContain(`\u001B[${color}m`);
  });

  it("says what is wrong before it draws anything", async () => {
    const terminal = inTerminal(`'${process.execPath}' '${main}' top --timeout 9000`, {
      REDIS_URL: "redis://127.0.0.1:1",
    });
    expect(await terminal.ended).toBe(1);
    expect(terminal.out()).toContain("error: Redis at 127.0.0.1:1 does not answer: ECONNREFUSED. `sluice doctor`");
    expect(terminal.out()).not.toContain("\u001B[?1049h");
  });
});

/** Lines of each frame that was drawn. */
function frames(out: string): string[][] {
  return out
    .split("\u001B[H")
    .slice(1)
    .map((drawn) =>
      stripVTControlCharacters(drawn.split("\u001B[J")[0] ?? "")
        .trimEnd()
        .split(/\r?\n/),
    );
}

/** A command line in a pseudo-terminal, made by `script` of util-linux. */
function inTerminal(
  command: string,
  { PREFIX = "sluice", ...env }: Readonly<Record<string, string>>,
): { type(keys: string): void; out(): string; readonly ended: Promise<number | null> } {
  const child = spawn("script", ["--quiet", "--return", "--command", `${command} --prefix ${PREFIX}`, "/dev/null"], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], TERM: "xterm-256color", SHELL: "/bin/sh", ...env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", () => reject(new Error("`script` was not found: install util-linux, which has it")));
    child.on("close", resolve);
  });
  return { type: (keys) => void child.stdin.write(keys), out: () => out, ended };
}
