import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultPolicies, exportPolicies } from "@sluice/policy";
import { startRedisServer } from "@sluice/test/redis-server";
import { describe, expect, it } from "vitest";
import { runLine } from "./operations-console.js";

const names = ["policies", "reputation", "overrides", "emergency", "audit", "inbound", "load-shedding"] as const;
const pages = names.map((name) => ({
  name,
  text: readFileSync(new URL(`../../docs/features/${name}.md`, import.meta.url), "utf8"),
}));

describe("the pages on policies and inbound limits", () => {
  it.each(pages)("$name: has the headings of every feature page, in their order", ({ text }) => {
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      "What it is",
      "Usage",
      "Options and errors",
      "Defaults",
      "Events and metrics",
      "How it works",
      "What not to do",
      "Further",
    ]);
  });

  it("show command lines that the program understands and carries out", async () => {
    await using redis = await startRedisServer();
    const folder = await mkdtemp(join(tmpdir(), "sluice-pages-"));
    const file = join(folder, "policies.json");
    await writeFile(file, exportPolicies(defaultPolicies));
    const lines = pages.flatMap(({ text }) =>
      [...text.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = ""]) => block.trim().split("\n")),
    );
    const endless = lines.filter((line) => line.includes("--follow"));
    const outcomes: Record<string, number> = {};
    for (const line of lines) {
      if (endless.includes(line)) continue;
      const { code, shown } = await runLine(line.replace("policies.json", file), { env: { REDIS_URL: redis.url } });
      if (code !== 0) outcomes[line] = code;
      expect(shown).not.toContain("unknown option");
    }
    await rm(folder, { recursive: true });
    expect(lines.length - endless.length).toBeGreaterThan(10);
    // The answer is no to an override that nobody has granted here, and to a digest that was noted elsewhere.
    expect(outcomes).toEqual({
      [lines.find((line) => line.startsWith("sluice overrides revoke")) ?? ""]: 3,
      [lines.find((line) => line.startsWith("sluice audit verify")) ?? ""]: 3,
    });
  });
});
