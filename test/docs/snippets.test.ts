import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startSlackSimulator } from "@sluice/simulators";
import { startRedisServer } from "@sluice/test/redis-server";
import { describe, expect, it } from "vitest";
import { guarded } from "../../docs/snippets/guards.js";
import { inMemory } from "../../docs/snippets/limiter.js";
import { inRedis } from "../../docs/snippets/limiter-redis.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

/** Runs a snippet as a user would: a program of its own, against the packages as built, with Slack's address replaced. */
async function runSnippet(file: string, env: Record<string, string> = {}): Promise<string> {
  await using slack = await startSlackSimulator();
  const source = await readFile(join(root, "docs/snippets", file), "utf8");
  const folder = await mkdtemp(join(root, "test/dist/snippet-"));
  try {
    const program = join(folder, "snippet.mjs");
    await writeFile(program, source);
    const preload = join(folder, "preload.mjs");
    const redirect = `const real = globalThis.fetch; globalThis.fetch = (url, init) => real(String(url).replace("https://slack.com/api/", ${JSON.stringify(slack.url)}), init);`;
    await writeFile(preload, redirect);
    const { stdout } = await run(process.execPath, ["--import", preload, program], {
      env: { PATH: process.env["PATH"], SLACK_TOKEN: "xoxb-docs", ...env },
    });
    return `${stdout}\n${slack.ledger
      .entries()
      .map(({ method }) => method)
      .join("\n")}`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("what the docs show runs", { timeout: 60_000 }, () => {
  it("the service of the README", async () => {
    const output = await runSnippet("slack.ts");
    expect(output).toContain("U0000001");
    expect(output).toMatch(/users\.list\nchat\.postMessage$/);
  });

  it("the legacy constructor of the README, which needs no Redis even when one is named", async () => {
    expect(await runSnippet("slack-legacy.ts", { REDIS_URL: "redis://127.0.0.1:1" })).toMatch(/auth\.test$/);
  });

  it("options, callers and aborts", async () => {
    await using redis = await startRedisServer();
    const output = await runSnippet("slack-options.ts", { REDIS_URL: redis.url });
    expect(output).toContain("usergroups.list 200");
    expect(output).toMatch(/usergroups\.list\nusergroups\.list\nusers\.info$/);
  });

  it("the limiter in memory and in Redis", async () => {
    await using redis = await startRedisServer();
    expect(await inMemory()).toBe("allowed");
    expect(await inRedis(redis.url)).toBe("allowed");
  });
});

it("the guards' page does what it says", async () => {
  expect(await guarded()).toEqual({ first: { stale: false }, second: { stale: true }, job: "rebuilt", bytes: 100_000 });
});
