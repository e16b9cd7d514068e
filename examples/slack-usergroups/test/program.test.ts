import { execFile, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { bench } from "./workspace-bench.js";

const folder = fileURLToPath(new URL("..", import.meta.url));
const main = join(folder, "dist", "main.js");
const exampleFile = join(folder, "desired.example.yaml");
const run = promisify(execFile);
/** Without the tokens of whoever runs the tests. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SLACK|SLUICE|REDIS)_/.test(name)));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function start(...args: string[]): Promise<Ended> {
  try {
    return { code: 0, ...(await run(process.execPath, [main, ...args], { env })) };
  } catch (error) {
    return error as Ended;
  }
}

beforeAll(async () => {
  const compiler = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  await run(process.execPath, [join(compiler, "bin", "tsc"), "-b", folder]);
}, 120_000);

describe("the program", { timeout: 60_000 }, () => {
  it("works on a simulated workspace of its own by default", async () => {
    const { code, stdout, stderr } = await start("--file", exampleFile, "--prune");
    expect({ code, stderr: stderr.split("\n")[0] }).toEqual({ code: 0, stderr: "Reading acme in a simulator" });
    expect(stdout.trim().split("\n").at(-1)).toBe("6 done");
  });

  it("takes the name of the workspace", async () => {
    const { stderr } = await start("--file", exampleFile, "--workspace", "globex", "--dry-run", "--json");
    expect(stderr.split("\n")[0]).toBe("Reading globex in a simulator");
  });

  it("ends with code 1 and a sentence for a bad file and for bad arguments", async () => {
    expect(await start("--file", "missing.yaml")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("missing.yaml"),
    });
    expect(await start()).toMatchObject({ code: 1, stderr: expect.stringContaining("--file <path>") });
    expect(await start("--file", exampleFile, "--fast")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("--fast"),
    });
  });

  it("ends with code 1 and says what is missing when Slack itself is wanted and there is no token", async () => {
    const { code, stderr } = await start("--file", exampleFile, "--real");
    expect(code).toBe(1);
    expect(stderr).toMatch(/token|not_authed/i);
  });

  it("is finished by running again after it was killed", async () => {
    const { simulator, writes } = await bench({ latencyMs: 60 });
    const args = ["--file", exampleFile, "--prune", "--api-url", simulator.url];
    const child = spawn(process.execPath, [main, ...args], { env });
    const closed = new Promise<NodeJS.Signals | null>((resolve) => child.on("close", (_, signal) => resolve(signal)));
    child.stderr.on("data", (text: Buffer) => {
      if (text.includes("[3/6]")) child.kill("SIGKILL");
    });
    expect(await closed).toBe("SIGKILL");
    expect(writes().length).toBeLessThan(8);
    expect(await start(...args)).toMatchObject({ code: 0 });
    expect(await start(...args)).toMatchObject({
      code: 0,
      stdout: "Nothing to do: the workspace is as the file says.\n",
    });
    expect(simulator.state.workspace().usergroups.size).toBe(5);
  });
});

describe("the source", () => {
  it("mentions neither limits nor retries: that is the client's business", async () => {
    const files = await readdir(join(folder, "src"), { recursive: true });
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      const text = await readFile(join(folder, "src", file), "utf8");
      expect.soft(text, file).not.toMatch(/limit|throttl|quota|retr(y|ies|ied)|back-?off|\b429\b|sleep|setTimeout/i);
    }
  });
});
