import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sluice = join(root, "packages/cli/dist/main.js");
const page = await readFile(join(root, "docs/getting-started.md"), "utf8");

interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

let folder: string;
let simulator: ChildProcess;
let address: string;
let redis: Awaited<ReturnType<typeof startRedisServer>>;

beforeAll(async () => {
  redis = await startRedisServer();
  simulator = spawn(process.execPath, [sluice, ...commandOf("simulate").replace("8081", "0").split(" ")]);
  simulator.stdout?.setEncoding("utf8");
  const lines = createInterface({ input: simulator.stdout! });
  const [first] = (await once(lines, "line")) as [string];
  expect(steady(first)).toBe(block("Slack at ").trim());
  address = first.replace("Slack at ", "");
  const source = await readFile(join(root, "docs/snippets/getting-started.ts"), "utf8");
  folder = await mkdtemp(join(root, "test/dist/getting-started-"));
  await writeFile(join(folder, "first.mjs"), source.replace("http://127.0.0.1:8081/api/", address));
});

afterAll(async () => {
  simulator.kill("SIGINT");
  await rm(folder, { recursive: true, force: true });
  await redis.stop();
});

describe("the first five minutes", { timeout: 60_000 }, () => {
  it("print what the page shows, in one process without Redis", async () => {
    const { stdout, stderr } = await run(join(folder, "first.mjs"));
    const shown = [block("25 members"), block("users.info (slack"), block("27 calls in 0")];
    const [wanted, printed] = [shown.join("\n"), stdout.trim()].map((text) => steady(text).split("\n"));
    expect(printed).toEqual(wanted?.map(begins));
    expect(stderr).toContain(block("No Redis is named").trim());
  });

  it("share one quota between two processes, once a Redis is named, and nothing is refused", async () => {
    const env = { REDIS_URL: redis.url };
    const runs = await Promise.all([run(join(folder, "first.mjs"), env), run(join(folder, "first.mjs"), env)]);
    for (const { stdout, stderr } of runs) {
      expect(steady(stdout)).toContain(steady(block("27 calls in 1")).split("\n")[0]);
      expect(stderr).toBe("");
    }
    // 54 calls are 5 more than may go at once, and 100 a minute are 1.67 a second.
    expect(Math.max(...runs.map(({ seconds }) => seconds))).toBeGreaterThan(2.5);
  });

  it("are seen by the command line, and end without a refusal", async () => {
    const { stdout } = await run(sluice, { REDIS_URL: redis.url, NO_COLOR: "1" }, commandOf("top").split(" "));
    for (const line of block("sluice top").trim().split("\n")) expect(shape(stdout)).toContain(shape(line).trim());
    const summary: string[] = [];
    simulator.stdout?.on("data", (text: string) => summary.push(text));
    simulator.kill("SIGINT");
    await once(simulator, "close");
    expect(steady(summary.join(""))).toContain(steady(block("84 requests")));
  });
});

/** The arguments behind `npx sluice` of the one command that begins so. */
function commandOf(name: string): string {
  return /^npx sluice (.+)$/m.exec(page.slice(page.indexOf(`npx sluice ${name}`)))?.[1] ?? "";
}

/** The block of the page that begins so. */
function block(start: string): string {
  const from = page.indexOf(`\`\`\`text\n${start}`);
  expect(from, start).toBeGreaterThan(0);
  return page.slice(from + 8, page.indexOf("\n```", from + 8));
}

/** A line that begins like one of the page, which may leave its end out. */
function begins(line: string): unknown {
  return expect.stringContaining(line.split("…")[0]?.trim() ?? line);
}

/** Without ports and times. */
function steady(text: string): string {
  return text.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:8081").replaceAll(/\d+\.\d s\b/g, "<n> s");
}

/** Names and columns alone: how full a bucket is depends on the moment. */
function shape(text: string): string {
  return steady(text)
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "<instant>")
    .replaceAll(/\d+(\.\d+)?(?=[ %/]|$| process)/gm, "<n>")
    .replaceAll(/(<n>%).*$/gm, "$1")
    .replaceAll(/process(es)?/g, "processes")
    .replaceAll(/ +/g, " ");
}

async function run(file: string, env: Record<string, string> = {}, args: readonly string[] = []): Promise<Run> {
  const started = performance.now();
  const child = spawn(process.execPath, [file, ...args], { env: { PATH: process.env["PATH"], ...env } });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (said.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (said.stderr += String(chunk)));
  const [code] = (await once(child, "close")) as [number];
  expect(code, said.stderr).toBe(0);
  return { ...said, seconds: (performance.now() - started) / 1000 };
}
