import { createCall, createHookChain } from "@sluice/core";
import fc from "fast-check";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { createMetrics } from "./index.js";
import { LONGEST_LABEL } from "./labels/label-text.js";
import { parseExposition } from "./parse-exposition.test-support.js";

async function scrapeAfter(texts: {
  provider?: string;
  account?: string;
  operation?: string;
  user?: string;
}): Promise<string> {
  const registry = new Registry();
  const metrics = createMetrics({ registry });
  const call = createCall({
    provider: texts.provider ?? "acme",
    account: texts.account ?? "main",
    operation: texts.operation ?? "things.list",
    ...(texts.user === undefined ? {} : { caller: { namespace: "team", user: texts.user } }),
  });
  await createHookChain({ hooks: [metrics.hook] }).run("attempt", call, async () => ({ status: 200 }));
  metrics.limiter.acquired(call, { waitedMs: 3, remaining: 4 });
  return registry.metrics();
}

const hostile = [
  'quote " inside',
  "back\\slash",
  "trailing backslash\\",
  "new\nline",
  "carriage\r\nreturn",
  '"} 1\nsluice_forged_total{a="b',
  "line\u2028separator",
  "right\u202eto left",
  "nul\u0000byte",
  "lone \ud800 surrogate",
  "__proto__",
  "constructor",
  "",
  "x".repeat(1024 * 1024),
  "\n".repeat(1024 * 1024),
];

describe("hostile label values", () => {
  it.each(hostile.map((text) => [JSON.stringify(text).slice(0, 40), text] as const))(
    "give valid text of bounded length: %s",
    async (_, text) => {
      const scraped = await scrapeAfter({ provider: text, account: text, operation: text, user: text });
      const samples = parseExposition(scraped);
      expect(scraped.length).toBeLessThan(40_000);
      expect(samples.map(({ name }) => name)).not.toContain("sluice_forged_total");
      for (const { labels } of samples)
        for (const value of labels.values()) expect(value.length).toBeLessThanOrEqual(LONGEST_LABEL);
    },
  );

  it("come out as they went in when they are merely unusual", async () => {
    const text = 'C:\\new "folder" é 漢字 {}=#';
    const samples = parseExposition(await scrapeAfter({ account: text }));
    expect(samples[0]?.labels.get("account")).toBe(text);
  });

  it("never merge two label sets into one", async () => {
    const registry = new Registry();
    const metrics = createMetrics({ registry });
    for (const [account, user] of [
      ["a,caller:b", ""],
      ["a", "b,caller:"],
    ] as const) {
      metrics.limiter.acquired(createCall({ provider: "acme", account, operation: "o", caller: { user } }), {
        waitedMs: 0,
      });
    }
    const samples = parseExposition(await registry.metrics());
    expect(samples.filter(({ name }) => name === "sluice_rate_limit_acquired_total")).toHaveLength(2);
  });

  it("of any kind leave the text valid", async () => {
    const anyText = fc.string({ unit: "binary", maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(anyText, anyText, anyText, async (account, operation, user) => {
        expect(parseExposition(await scrapeAfter({ account, operation, user })).length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe("what is never shown", () => {
  it("leaves arguments, ids, roles, bucket names and error texts out", async () => {
    const marker = "xoxb-planted-marker";
    const registry = new Registry();
    const metrics = createMetrics({ registry });
    const call = createCall({
      provider: "acme",
      account: "main",
      operation: "o",
      args: { token: marker },
      caller: { role: marker },
    });
    const chain = createHookChain({ hooks: [metrics.hook] });
    const error = Object.assign(new Error(marker), { status: 401, headers: new Headers({ authorization: marker }) });
    await expect(chain.run("attempt", call, () => Promise.reject(error))).rejects.toBe(error);
    metrics.limiter.acquired(call, { waitedMs: 0, bucket: marker });
    expect(await registry.metrics()).not.toContain(marker);
  });

  it("leaves callers out where callerLabel says so", async () => {
    const registry = new Registry();
    const metrics = createMetrics({ registry, callerLabel: ({ namespace }) => namespace ?? "" });
    const call = createCall({
      provider: "acme",
      account: "main",
      operation: "o",
      caller: { namespace: "team-a", user: "ann@acme.example" },
    });
    metrics.limiter.acquired(call, { waitedMs: 0 });
    const text = await registry.metrics();
    expect([text.includes("team-a"), text.includes("ann@")]).toEqual([true, false]);
  });
});
