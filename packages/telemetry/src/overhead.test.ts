import { createCall, createHookChain } from "@sluice/core";
import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { createMetrics } from "./index.js";

const ROUNDS = 50_000;
const call = createCall({
  provider: "acme",
  account: "main",
  operation: "things.list",
  caller: { namespace: "team-a", user: "ann" },
});
const outcome = { status: 200, headers: undefined, durationMs: 12, waitedMs: 0, attempt: 1 };

/** Best of several rounds, since other tests share the machine. Unit: microseconds per turn. */
async function best(turn: () => unknown): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < 5; round += 1) {
    const started = performance.now();
    for (let index = 0; index < ROUNDS; index += 1) await turn();
    least = Math.min(least, ((performance.now() - started) * 1000) / ROUNDS);
  }
  return least;
}

it("costs a few microseconds per attempt", async () => {
  const registry = new Registry();
  const metrics = createMetrics({ registry, knownOperations: ["things.list"] });
  const reply = { status: 200 };
  const bare = createHookChain();
  const observed = createHookChain({ hooks: [{ name: "nothing", after: () => undefined, error: () => undefined }] });
  const measured = createHookChain({ hooks: [metrics.hook] });
  const nothing = await best(() => undefined);
  const figures = {
    "hook alone": (await best(() => metrics.hook.after!(call, outcome))) - nothing,
    "limiter.acquired": (await best(() => metrics.limiter.acquired(call, { waitedMs: 3, remaining: 5 }))) - nothing,
    "chain without hooks": await best(() => bare.run("attempt", call, async () => reply)),
    "chain with an empty observer": await best(() => observed.run("attempt", call, async () => reply)),
    "chain with metrics": await best(() => measured.run("attempt", call, async () => reply)),
  };
  for (const [name, microseconds] of Object.entries(figures))
    process.stdout.write(`${name}: ${microseconds.toFixed(2)} us\n`);
  // Loose, because the machine may be busy; the figure itself is printed.
  expect(figures["hook alone"]).toBeLessThan(25);
}, 60_000);
