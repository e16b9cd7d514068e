import { memoryStore, type StandingRequest, type StandingRules, type TakeReply, tokenBucket } from "@sluice/limiter";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Answers, type ShortAnswer, take } from "../scripts/take.js";
import { createKeys } from "./keys.js";
import { redisStore } from "./redis-store.js";

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

// High rates, so that much happens in the microseconds between two commands.
const limits = [
  tokenBucket({ refillRate: 20_000, burst: 4000 }),
  tokenBucket({ refillRate: 3333.3333, burst: 800 }),
  tokenBucket({ refillRate: 50, burst: 40 }),
];
const DAYS_MS = 86_400_000;
const steps = [
  { violations: 2, rate: 0.5 },
  { violations: 5, rate: 0.1 },
];
/** One that hardly forgives, so that no rounding decides about a step, and one whose bonus grows while it is looked at. */
const rules: readonly StandingRules[] = [
  { steps, recoveryMs: 31 * DAYS_MS, maxBonus: 0.1, generation: "1" },
  { steps: [], recoveryMs: 40, maxBonus: 0.5, generation: "2" },
];

const question = fc.record({
  bucket: fc.nat(limits.length - 1),
  callers: fc.integer({ min: 1, max: 4 }),
  eighths: fc.integer({ min: 1, max: 3 }),
  conduct: fc.option(
    fc.record({
      rules: fc.constantFrom(...rules),
      penalty: fc.nat(2),
      burst: fc.constantFrom(0, 20, 5000),
      elastic: fc.boolean(),
    }),
    { nil: undefined },
  ),
  restMs: fc.constantFrom(0, 0, 0, 2),
});

it("by the short way a bucket answers as one in memory does, to the microsecond, conduct and all", async () => {
  let run = 0;
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(question, { minLength: 10, maxLength: 40, size: "max" }), async (questions) => {
      run += 1;
      const keys = createKeys(`short${run}`);
      const scope = "test:acme";
      let baseUs: number | undefined;
      let nowMs = 0;
      const clock = { now: () => nowMs, wallNow: () => nowMs, setTimer: () => ({ cancel() {}, unref() {} }) };
      const memory = memoryStore({ clock });
      const fullUs = new Map<string, number>();
      const forgottenUs = new Map<string, number>();
      let life = 0;
      for (const { bucket: which, callers, eighths, conduct, restMs } of questions) {
        if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
        const limit = limits[which] as (typeof limits)[number];
        const cost = (eighths * limit.burst) / 8;
        const bucket = `bucket-${which}-${life}`;
        const subject = `somebody-${conduct?.rules.generation}-${life}`;
        const standing: StandingRequest | undefined = conduct && {
          subject,
          rules: conduct.rules,
          penalty: conduct.penalty,
          charges: [{ index: 0, burst: conduct.burst, elastic: conduct.elastic }],
        };
        const named = {
          key: keys.bucket(scope, { bucket, limit }),
          standingKey: standing && keys.standing(scope, subject),
          count: callers,
          known: "",
        };
        const { nowUs, short } = (await take(
          redis,
          { short: [{ limit, cost, standing, questions: [named] }], long: [] },
          0,
        )) as Answers;
        const answer = short[0] as Exclude<ShortAnswer, Error>;
        // A bucket that was full is gone; at the lower rate of somebody else it would not have been full yet.
        // Conduct that nobody asks about is forgotten by memory to the microsecond, by Redis up to a millisecond later.
        const pastUs = nowUs - (forgottenUs.get(subject) ?? nowUs + 1);
        if (nowUs >= (fullUs.get(bucket) ?? Number.POSITIVE_INFINITY) || (pastUs >= 0 && pastUs <= 1000)) {
          life += 1;
          continue;
        }
        if (conduct !== undefined) forgottenUs.set(subject, nowUs + conduct.rules.recoveryMs * 1000);
        if (answer.units > 0) fullUs.set(bucket, nowUs + answer.idleUs);
        baseUs ??= nowUs;
        nowMs = (nowUs - baseUs) / 1000;
        const replies = Array.from({ length: callers }, (_, caller) =>
          memory.take({
            scope,
            charges: [{ bucket, limit, cost }],
            count: 1,
            ahead: 0,
            group: 1,
            withinMs: 0,
            id: `q${caller}`,
            peek: false,
            ...(standing === undefined ? {} : { standings: [standing] }),
          }),
        ) as TakeReply[];
        const granted = replies.filter(({ slots }) => slots.length > 0).length;
        const last = replies.at(-1) as TakeReply;
        const shown = JSON.stringify({ which, callers, eighths, conduct });
        expect(answer.units, shown).toBe(granted);
        // What is stored of violations is rounded to thousandths.
        const [own, its] = [answer.standing, last.standings?.[0]];
        expect(own === undefined, shown).toBe(its === undefined);
        expect(own?.violations ?? 0, shown).toBeCloseTo(its?.violations ?? 0, 2);
        // A refusal makes the next one of the same moment slower; asked together, all hear what held before.
        if (conduct === undefined || callers === 1 || granted === callers) {
          expect(answer.nextUs, shown).toBe(last.nextUs - last.nowUs);
          expect(answer.idleUs, shown).toBe(last.idleUs - last.nowUs);
          expect(answer.remaining, shown).toBe(last.remaining);
          expect(own?.bonus ?? 0, shown).toBeCloseTo(its?.bonus ?? 0, 12);
          expect(own?.rate ?? 1, shown).toBeCloseTo(its?.rate ?? 1, 12);
        }
        compared += 1;
      }
    }),
    { numRuns: 150, endOnFailure: true },
  );
  expect(compared).toBeGreaterThan(1500);
  console.log(`memory and Redis compared on ${compared} short answers in ${run} sequences`);
}, 60_000);

it("callers of one turn who are refused are as many violations, and all are told", async () => {
  await using store = redisStore({ url: server.url, commandTimeoutMs: 5000 });
  const limit = tokenBucket({ refillRate: 0.001, burst: 3 });
  const standing: StandingRequest = {
    subject: "hasty",
    rules: rules[0] as StandingRules,
    penalty: 1,
    charges: [{ index: 0, burst: 0, elastic: false }],
  };
  const ask = (bucket: string) =>
    store.take({
      scope: "turn",
      charges: [{ bucket, limit, cost: 1 }],
      count: 1,
      ahead: 0,
      group: 1,
      withinMs: 0,
      id: "q",
      peek: false,
      standings: [standing],
    });
  const replies = await Promise.all(Array.from({ length: 7 }, () => ask("full")));
  expect(replies.filter(({ slots }) => slots.length > 0)).toHaveLength(3);
  for (const { standings } of replies) expect(standings?.[0]?.violations).toBe(4);
  // What they did counts from the next question on.
  expect((await ask("another")).standings?.[0]?.rate).toBe(0.5);
});

it("a bucket that is more than a level takes the long way, and conduct counts there as well", async () => {
  await using store = redisStore({ url: server.url, commandTimeoutMs: 5000 });
  const limit = tokenBucket({ refillRate: 0.001, burst: 2 });
  const charge = { bucket: "paused", limit, cost: 1 };
  const standing: StandingRequest = {
    subject: "stubborn",
    rules: rules[0] as StandingRules,
    penalty: 1,
    charges: [{ index: 0, burst: 0, elastic: false }],
  };
  await store.observe({ scope: "turn", charges: [charge], pauseMs: 60_000, remaining: undefined });
  const replies = await Promise.all(
    Array.from({ length: 3 }, () =>
      store.take({
        scope: "turn",
        charges: [charge],
        count: 1,
        ahead: 0,
        group: 1,
        withinMs: 0,
        id: "q",
        peek: false,
        standings: [standing],
      }),
    ),
  );
  for (const { slots, nextUs, nowUs, standings } of replies) {
    expect(slots).toEqual([]);
    expect(nextUs - nowUs).toBeGreaterThan(50e6);
    expect(standings?.[0]?.violations).toBe(3);
  }
});
