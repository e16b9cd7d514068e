import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startSlackSimulator } from "@sluice/simulators";
import { SlackApi } from "@sluice/slack";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const [readme, snippet] = await Promise.all(
  ["README.md", "docs/snippets/readme-quickstart.ts"].map((file) => readFile(join(root, file), "utf8")),
);

describe("the program of the README", () => {
  it("is at most twenty lines", () => {
    const lines = (snippet ?? "").split("\n").filter((line) => line !== "" && !/#(end)?region/.test(line));
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.length).toBeLessThanOrEqual(20);
  });

  it("prints what the README says, with no Redis and no token", { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(root, "test/dist/readme-"));
    try {
      const program = join(folder, "quickstart.mjs");
      await writeFile(program, snippet ?? "");
      const { stdout } = await promisify(execFile)(process.execPath, [program], { env: { PATH: process.env["PATH"] } });
      expect(stdout).toBe("60 answers, 0 requests refused\n");
      expect(readme).toContain("`60 answers, 0 requests refused`");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("would have calls refused without the factory", async () => {
    await using server = await startSlackSimulator({ speed: 30 });
    const slack = new SlackApi("acme", "xoxb-any", {
      slackApiUrl: server.url,
      rejectRateLimitedCalls: true,
      registry: new Registry(),
      logger: quiet,
    });
    await Promise.allSettled(Array.from({ length: 60 }, () => slack.users.list({})));
    expect(server.ledger.throttled().length).toBeGreaterThan(10);
  });
});

/** The SDK tells each refusal it meets. */
const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => "error" as never,
  setName() {},
};
