import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import type { Policy } from "@sluice/policy";
import { describe, expect, it } from "vitest";
import type { Adapter, AppOptions } from "./app.test-support.js";
import { expressApp } from "./express-app.test-support.js";
import { fastifyApp } from "./fastify-app.test-support.js";
import { fetchApp } from "./fetch-app.test-support.js";
import { honoApp } from "./hono-app.test-support.js";
import { nodeApp } from "./node-app.test-support.js";

const require = createRequire(import.meta.url);
const autocannon = require.resolve("autocannon");
const run = promisify(execFile);

/** What the load generator reports. */
interface Load {
  /** Unit: milliseconds. */
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly errors: number;
  readonly timeouts: number;
  readonly statusCodeStats: Readonly<Record<string, { readonly count: number }>>;
}

/** So many requests over 50 connections, from another process. */
async function load(url: string, amount: number): Promise<Load> {
  const { stdout } = await run(process.execPath, [autocannon, "-c", "50", "-a", String(amount), "-j", "-n", url], {
    maxBuffer: 1e7,
  });
  return JSON.parse(stdout.slice(stdout.indexOf("{"))) as Load;
}

async function under(adapter: Adapter, options: AppOptions, amount: number): Promise<Load> {
  const app = await adapter.start(options);
  try {
    return await load(`${app.url}/users/7`, amount);
  } finally {
    await app.close();
  }
}

describe.each([expressApp, fastifyApp, honoApp, fetchApp, nodeApp])("$name under load", (adapter) => {
  it("lets exactly as many through as the policy allows, and answers all others", async () => {
    const many: Policy = { name: "many", scope: "ip", windows: [{ limit: 100, per: "day" }] };
    const open: Policy = { name: "open", scope: "ip", windows: [{ limit: 1e9, per: "second" }] };
    const amount = 1500;
    const plain = await under(adapter, {}, amount);
    const allowed = await under(adapter, { limit: { policies: [open] } }, amount);
    const refused = await under(adapter, { limit: { policies: [many] } }, amount);
    const figures = Object.entries({ plain, allowed, refused }).map(
      ([name, { latency }]) => `${name} half within ${latency.p50} ms, 99 % within ${latency.p99} ms`,
    );
    console.log(`${adapter.name}: ${figures.join("; ")}`);
    expect(allowed.statusCodeStats["200"]?.count).toBe(amount);
    const { statusCodeStats: seen, errors, timeouts } = refused;
    expect([seen["200"]?.count, seen["429"]?.count, errors, timeouts]).toEqual([100, amount - 100, 0, 0]);
  }, 60_000);
});
