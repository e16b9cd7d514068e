import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createLimiter, tokenBucket } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import { createPolicyEngine } from "@sluice/policy";
import { startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { main } from "./process.test-support.js";

const page = fileURLToPath(new URL("../README.md", import.meta.url));
const block = /^```console\n([\s\S]*?)^```$/gm;

let server: Awaited<ReturnType<typeof startRedisServer>>;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

describe("the README", { timeout: 240_000 }, () => {
  // With UPDATE_README set, what is printed is written into the page.
  it("shows what its commands print, one after the other in one Redis", async () => {
    await fleetAtWork();
    const text = readFileSync(page, "utf8");
    const blocks = [...text.matchAll(block)].map(([, content]) => String(content));
    const printed: string[] = [];
    for (const content of blocks) {
      let shown = "";
      for (const command of content.split("\n").filter((line) => line.startsWith("$ ")))
        shown += `${command}\n${await sluice(command.slice(2))}`;
      printed.push(shown);
    }
    expect(printed.length).toBeGreaterThan(10);
    if (process.env["UPDATE_README"] !== undefined)
      writeFileSync(
        page,
        text.replaceAll(block, () => `\`\`\`console\n${printed.shift()}\`\`\``),
      );
    else expect(printed.map(steady)).toEqual(blocks.map(steady));
  });

  it("names every command and exit code", () => {
    const text = readFileSync(page, "utf8");
    for (const name of [
      ..."limits overrides breaker emergency reputation reset audit".split(" "),
      ..."metrics top dashboard doctor demo completion simulate".split(" "),
    ])
      expect(text).toContain(`## sluice ${name}\n`);
    for (const code of [0, 1, 2, 3, 4]) expect(text).toMatch(new RegExp(`^\\| ${code} +\\| `, "m"));
  });
});

/** What a reader's Redis might hold: calls that wait for a provider's limit, and a user who has used up a policy's. */
async function fleetAtWork(): Promise<void> {
  const redis = { url: server.url, commandTimeoutMs: 10_000 };
  const store = redisStore(redis);
  const limiter = createLimiter({ store, provider: "slack", account: "acme" });
  const engine = createPolicyEngine({ redis, policies: [] });
  const over = new AbortController();
  onTestFinished(async () => {
    over.abort();
    await limiter.close();
    await store.close();
    await engine.close();
  });
  const charge = { bucket: "users.list", limit: tokenBucket({ refillRate: 0.0001, burst: 5 }) };
  for (let call = 0; call < 5; call += 1) await limiter.tryAcquire(charge);
  for (let call = 0; call < 2; call += 1)
    limiter.acquire(charge, { timeoutMs: Infinity, signal: over.signal }).catch(() => {});
  await engine.policies.add({ name: "per-day", scope: "user", windows: [{ limit: 1, per: "day" }] });
  await engine.check({ user: "carol" });
}

/** What a machine that stands still meanwhile makes of it: a slow Redis, a clock that is off, a fleet that has said nothing for seconds. */
const stalled = /^warning +(connection|clock) |^waiting +0$| {2}waiting 0 {2}/m;

async function sluice(command: string): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const shown = await outputOf(command);
    if (tries === 5 || !stalled.test(shown)) return shown;
  }
}

function outputOf(command: string): Promise<string> {
  // Only the demo asks no Redis.
  const patient = `[ "$1" = demo ] || set -- "$@" --timeout 10000`;
  const script = `sluice() { ${patient}; '${process.execPath}' '${main}' "$@"; }\n${command}`;
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, REDIS_URL: server.url };
  return new Promise((resolve) => {
    const child = execFile("bash", ["--norc", "-c", `${script} 2>&1`], { env }, (_, stdout) => resolve(stdout));
    child.stdin?.end();
  });
}

/** Without what is another in each run: times, names drawn by chance, addresses, speeds. */
function steady(text: string): string {
  return (
    text
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "<instant>")
      .replace(/\d{13}-\d+/g, "<entry>")
      .replace(/\b[0-9a-f]{32,64}\b/g, "<digest>")
      .replace(/\d+\.\d+\.\d+\.\d+:\d+/g, "<address>")
      .replace(/\d+\.\d+\.\d+/g, "<version>")
      .replace(/(Redis|Valkey) \S+/g, "<server>")
      .replace(/\d+\.\d/g, "<number>")
      .replace(/\b(\d+[dhm] )?\d+[hms]\b/g, "<time>")
      .replace(/\bby \w+: /g, "by <user>: ")
      .replace(/│ (root|\w+) +│(?= [^│]+ │$)/gm, "│ <user> │")
      .replace(/\d+ process(es)?/g, "<processes>")
      .replace(/processes +\d+/g, "<processes>")
      // Named by its process for half a minute, and this test takes about as long.
      .replace(/^policy:default per-day.*$/gm, "<carol>")
      // How many are refused without a limiter depends on the machine.
      .replace(/^(│ none +│ +\d+ │) +\d+ │ +\d+ │/gm, "$1")
      .replace(/[ ─]+/g, " ")
  );
}
