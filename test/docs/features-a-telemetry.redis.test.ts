import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Hook } from "@sluice/core";
import { startRedisServer } from "@sluice/test/redis-server";
import { register } from "prom-client";
import { beforeEach, describe, expect, it } from "vitest";
import { measured } from "../../docs/snippets/telemetry.js";
import { traced, violationsLogged } from "../../docs/snippets/telemetry-lines.js";
import { policiesMeasured } from "../../docs/snippets/telemetry-policies.js";

const page = await readFile(fileURLToPath(new URL("../../packages/telemetry/README.md", import.meta.url)), "utf8");

beforeEach(() => register.clear());

describe("what the README of @sluice/telemetry shows", () => {
  it("comes from a file that runs, block by block", () => {
    const blocks = page.match(/^```ts$/gm) ?? [];
    const marked = page.match(/^<!-- snippet: docs\/snippets\/telemetry(?:-\w+)?\.ts#\w+ -->\n\n```ts$/gm) ?? [];
    expect(blocks).toHaveLength(7);
    expect(marked).toHaveLength(blocks.length);
  });

  it("measures a chain", async () => {
    expect(await measured(async () => ({ status: 200 }))).toMatch(
      /^sluice_api_requests_total\{[^}]*operation="things.list"[^}]*outcome="ok"[^}]*\} 1$/m,
    );
  });

  it("measures an engine", async () => {
    await using redis = await startRedisServer();
    const text = await policiesMeasured(redis.url);
    expect(text).toMatch(/^sluice_rate_limit_requests_total\{policy="per-user"[^}]*decision="allowed"[^}]*\} 1$/m);
    expect(text).toMatch(/^sluice_rate_limit_requests_total\{policy="per-user"[^}]*decision="denied"[^}]*\} 1$/m);
    expect(text).toMatch(/^sluice_rate_limit_active_limits\{scope="user",mode="enforce"\} 1$/m);
    expect(text).toMatch(/^sluice_rate_limit_decision_seconds_count\{algorithm="tokenBucket"\} 2$/m);
  });

  it("puts the hooks of tracing around the limits, and does nothing without an SDK", async () => {
    let asked = 0;
    const limits: Hook = { name: "limits", before: () => void (asked += 1) };
    const described = await traced(limits, async () => ({ status: 200 }));
    expect(asked).toBe(1);
    expect(described.match(/(?<=^ +\d\. )\S+/gm)).toEqual(["tracing", "retry", "limits", "tracing-attempt"]);
  });

  it("logs a violation", async () => {
    const lines: string[] = [];
    await violationsLogged((line) => lines.push(line));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        event: "violation",
        policy: "per-user",
        scope: "user",
        mode: "enforce",
        caller: "ann",
      }),
    ]);
  });
});
