import { type BreakerView, memoryBreakerStore } from "@sluice/limiter";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as commands from "./commands.js";
import { decodeReply } from "./replies.js";

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

// Short times, so that much happens between two commands.
const rules = fc.record({
  failureRate: fc.constantFrom(0.3, 0.5, 1),
  minimumCalls: fc.integer({ min: 1, max: 12 }),
  // No shorter than the ages below: a key that has expired remembers no success that could have come after them.
  windowMs: fc.constantFrom(3.5, 100),
  consecutiveFailures: fc.constantFrom(2, 5, Number.POSITIVE_INFINITY),
  openMs: fc.constantFrom(0.2, 1.1),
  maxOpenMs: fc.constantFrom(0.7, 2),
  probeLeaseMs: fc.constantFrom(0.3, 100),
  probes: fc.integer({ min: 1, max: 3 }),
});
const ageMs = fc.constantFrom(0, 0, 0, 0.1, 0.7, 3);
const version = fc.constantFrom("now" as const, "older" as const);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("report" as const),
      version: fc.constantFrom("now" as const, "now" as const, "now" as const, "older" as const),
      succeeded: fc.nat(3),
      failed: fc.nat(4),
      lastSuccessAgeMs: ageMs,
      lastFailureAgeMs: ageMs,
      rowAgesMs: fc.array(ageMs, { maxLength: 4 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("probe" as const), id: fc.constantFrom("a", "b", "c", "d") }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("settle" as const),
      id: fc.constantFrom("a", "b", "c", "d"),
      version,
      outcome: fc.constantFrom("success" as const, "failure" as const, "undecided" as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("force" as const),
      to: fc.constantFrom("open" as const, "closed" as const, "isolated" as const),
      forMs: fc.constantFrom(undefined, 1, 2),
      reason: fc.constantFrom("forced" as const, "reset" as const),
    }),
  },
);

it("memory and Redis answer any sequence of steps alike, to the microsecond", async () => {
  let run = 0;
  let compared = 0;
  const states: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(rules, fc.array(step, { minLength: 10, maxLength: 60, size: "max" }), async (some, steps) => {
      run += 1;
      // The memory store is shown the very instant at which Redis answered; it counts one microsecond more.
      let nowMs = 0;
      const memory = memoryBreakerStore({
        clock: { now: () => nowMs, wallNow: () => nowMs, setTimer: () => ({ cancel() {}, unref() {} }) },
      });
      const asking = { key: `agree${run}`, channel: "c", rules: some, deadlineUs: 0, known: "" };
      let current = 0;
      for (const one of steps) {
        const at = "version" in one && one.version === "older" ? current - 1 : current;
        let raw: readonly unknown[];
        if (one.kind === "report") raw = await commands.report(redis, asking, { ...one, version: at });
        else if (one.kind === "probe") raw = await commands.probe(redis, asking, one.id);
        else if (one.kind === "settle") raw = await commands.settle(redis, asking, { ...one, version: at });
        else raw = await commands.force(redis, asking, one);
        const reply = decodeReply(raw);
        nowMs = (reply.nowUs - 1) / 1000;

        let granted = false;
        let view: BreakerView;
        if (one.kind === "report") view = memory.report("b", some, { ...one, version: at });
        else if (one.kind === "probe") ({ granted, view } = memory.probe("b", some, one.id));
        else if (one.kind === "settle") view = memory.settle("b", some, { ...one, version: at });
        else view = memory.force("b", some, one);
        expect({ granted: reply.granted, ...reply.view }, JSON.stringify(one)).toEqual({ granted, ...view });
        current = view.version;
        compared += 1;
        states[view.state] = (states[view.state] ?? 0) + 1;
      }
    }),
    { numRuns: 200 },
  );
  console.log(`memory and Redis compared on ${compared} answers in ${run} sequences: ${JSON.stringify(states)}`);
  expect(Object.keys(states).toSorted()).toEqual(["closed", "half-open", "isolated", "open"]);
}, 60_000);

it("every key it writes expires by itself", async () => {
  const keys = await redis.keys("agree*");
  expect(keys.length).toBeGreaterThan(0);
  const ttls = await Promise.all(keys.map((key) => redis.pttl(key)));
  // -1 is a key without an end; one that has ended meanwhile is -2.
  expect(ttls.filter((ttl) => ttl === -1)).toEqual([]);
});
