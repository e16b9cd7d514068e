import { readFile } from "node:fs/promises";
import { createCall, createHookChain } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { createMetrics, type Metrics } from "./index.js";
import { CALLER_IDLE_MS, MAX_SERIES } from "./labels/caps.js";
import { type Sample, parseExposition } from "./parse-exposition.test-support.js";

const call = createCall({ provider: "acme", account: "main", operation: "things.list" });

/** Touches every metric. */
async function use(metrics: Metrics, about: Partial<typeof call>, status = 200): Promise<void> {
  const one = { ...call, ...about };
  await createHookChain({ hooks: [metrics.hook] }).run("attempt", one, async () => ({ status }));
  metrics.limiter.acquired(one, { waitedMs: 1, remaining: 1 });
  metrics.limiter.refused(one, { reason: "timeout" });
  metrics.limiter.refused(one, { reason: "impossible" });
  metrics.retried(one, "throttled");
  metrics.retryAfterIgnored(one);
  metrics.retryAfterCapped(one);
}

async function scrape(registry: Registry): Promise<Sample[]> {
  return parseExposition(await registry.metrics());
}

function values(samples: readonly Sample[], label: string): Set<string> {
  return new Set(samples.flatMap(({ labels }) => labels.get(label) ?? []));
}

describe("the number of series", () => {
  it("has the cap that the README states", async () => {
    const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
    expect(readme).toContain(`at most ${MAX_SERIES.toLocaleString("en").replace(",", " ")} lines`);
  });

  it("stays under its cap with 100 000 callers and 10 000 operations", async () => {
    const registry = new Registry();
    const metrics = createMetrics({ registry });
    metrics.storeMode("shared");
    for (let index = 0; index < 100_000; index += 1) {
      const about = { caller: { user: `user-${index}` }, operation: `GET /things/${index % 10_000}` };
      await use(metrics, about, index % 3 === 0 ? 429 : 200);
    }
    const samples = await scrape(registry);
    process.stdout.write(`100 000 callers, 10 000 operations: ${samples.length} series; cap ${MAX_SERIES}\n`);
    expect(samples.length).toBeLessThanOrEqual(MAX_SERIES);
    expect(values(samples, "caller").size).toBeLessThanOrEqual(102);
    expect(values(samples, "operation").size).toBeLessThanOrEqual(401);
    const requests = samples.filter(({ name }) => name === "sluice_api_requests_total");
    expect(requests.reduce((sum, { value }) => sum + value, 0)).toBe(100_000);
  }, 60_000);

  it("stays under its cap when every label is unknown at once", async () => {
    const registry = new Registry();
    for (let index = 0; index < 20_000; index += 1) {
      await use(createMetrics({ registry }), {
        provider: `provider-${index % 50}`,
        account: `account-${index % 700}`,
        operation: `operation-${index}`,
        caller: { tenant: `tenant-${index % 300}` },
      });
    }
    const samples = await scrape(registry);
    process.stdout.write(`20 000 unknown of everything: ${samples.length} series; cap ${MAX_SERIES}\n`);
    expect(samples.length).toBeLessThanOrEqual(MAX_SERIES);
    expect(values(samples, "provider").size).toBeLessThanOrEqual(21);
    expect(values(samples, "account").size).toBeLessThanOrEqual(101);
  }, 60_000);

  it("names only the known operations where a list is given", async () => {
    const registry = new Registry();
    const metrics = createMetrics({ registry, knownOperations: ["things.list", "things.create"] });
    for (const operation of ["things.list", "things.create", "constructor", "GET /secret/path"])
      await use(metrics, { operation });
    expect(values(await scrape(registry), "operation")).toEqual(new Set(["things.list", "things.create", "other"]));
  });

  it("shares the cap on callers among the clients of a registry", async () => {
    const registry = new Registry();
    for (let index = 0; index < 300; index += 1)
      await use(createMetrics({ registry }), { caller: { user: `user-${index}` } });
    const callers = values(await scrape(registry), "caller");
    expect([
      callers.size,
      callers.has("user-0"),
      callers.has("user-99"),
      callers.has("user-100"),
      callers.has("other"),
    ]).toEqual([101, true, true, false, true]);
  });

  it("gives the slot of a caller that fell silent to the next, and takes its series out", async () => {
    const registry = new Registry();
    const clock = createFakeClock();
    const metrics = createMetrics({ registry, clock });
    for (let index = 0; index < 100; index += 1) await use(metrics, { caller: { user: `passing-${index}` } });
    await use(metrics, { caller: { user: "early" } });
    await clock.advance(CALLER_IDLE_MS);
    await use(metrics, { caller: { user: "steady" } });
    const callers = values(await scrape(registry), "caller");
    expect(callers).toEqual(new Set(["other", "steady"]));
  });

  it("keeps the slots of callers in steady use", async () => {
    const registry = new Registry();
    const clock = createFakeClock();
    const metrics = createMetrics({ registry, clock });
    for (let round = 0; round < 4; round += 1) {
      for (let index = 0; index < 100; index += 1) await use(metrics, { caller: { user: `steady-${index}` } });
      await clock.advance(CALLER_IDLE_MS / 2);
      await use(metrics, { caller: { user: `passing-${round}` } });
    }
    expect([...values(await scrape(registry), "caller")].filter((name) => name.startsWith("passing"))).toEqual([]);
  });
});
