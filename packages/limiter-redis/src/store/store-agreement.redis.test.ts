import {
  concurrency,
  fixedWindow,
  leakyBucket,
  memoryStore,
  slidingWindow,
  slidingWindowCounter,
  type StoreCharge,
  type TakeReply,
  type TakeRequest,
  tokenBucket,
} from "@sluice/limiter";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as scripts from "../generated/scripts.js";
import * as commands from "../scripts/commands.js";
import { type Answers, type LongAnswer, type ShortAnswer, take } from "../scripts/take.js";
import { createKeys } from "./keys.js";
import { createKnowledge, type Knowledge } from "./knowledge.js";

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

// High rates and short windows, so that much happens in the microseconds between two commands.
const buckets: StoreCharge[] = [
  { bucket: "fast", limit: tokenBucket({ refillRate: 20_000, burst: 5 }), cost: 1 },
  { bucket: "odd", limit: tokenBucket({ refillRate: 3333.3333, burst: 7 }), cost: 1 },
  { bucket: "slow", limit: tokenBucket({ refillRate: 50, burst: 3 }), cost: 1 },
  { bucket: "window", limit: slidingWindow({ limit: 4, windowMs: 2 }), cost: 1 },
  { bucket: "wide", limit: slidingWindow({ limit: 9, windowMs: 15 }), cost: 1 },
  { bucket: "spaced", limit: leakyBucket({ rate: 1500 }), cost: 1 },
  { bucket: "fixed", limit: fixedWindow({ limit: 5, windowMs: 3 }), cost: 1 },
  { bucket: "counter", limit: slidingWindowCounter({ limit: 7, windowMs: 4 }), cost: 1 },
  { bucket: "places", limit: concurrency({ max: 4, leaseMs: 9 }), cost: 1 },
];

const costing = (index: number) =>
  fc.integer({ min: 1, max: 3 }).map((cost) => ({ ...(buckets[index] as StoreCharge), cost }));
const charges = fc
  .uniqueArray(fc.nat(buckets.length - 1), { minLength: 1, maxLength: 3 })
  .chain((picked) => fc.tuple(...picked.map(costing)));
const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("take" as const),
      charges,
      count: fc.integer({ min: 1, max: 6 }),
      ahead: fc.nat(4),
      group: fc.integer({ min: 1, max: 3 }),
      withinMs: fc.constantFrom(0, 0.3, 5, Number.POSITIVE_INFINITY),
      peek: fc.boolean(),
      waiting: fc.boolean(),
      process: fc.nat(1),
    }),
  },
  // What goes the short way.
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("take" as const),
      charges: fc.tuple(fc.nat(2).chain(costing)),
      count: fc.integer({ min: 1, max: 6 }),
      ahead: fc.constant(0),
      group: fc.constant(1),
      withinMs: fc.constant(0),
      peek: fc.constant(false),
      waiting: fc.constant(false),
      process: fc.nat(1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("give back" as const, "landed" as const, "renew" as const),
      pick: fc.nat(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("observe" as const),
      charges,
      pauseMs: fc.constantFrom(0, 0.2, 1.5),
      remaining: fc.constantFrom(undefined, 0, 2),
      remainingForMs: fc.constantFrom(undefined, 0.7, 2.5, 20),
      refused: fc.boolean(),
    }),
  },
  // As a provider's answer that did not count: what was taken goes back, and its word comes with it.
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("refund" as const),
      pick: fc.nat(),
      remaining: fc.constantFrom(2, 4000),
      remainingForMs: fc.constantFrom(undefined, 2.5),
    }),
  },
  // Longer than what few tokens take to come back, and shorter than what many do.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rest" as const), ms: fc.constantFrom(2, 2, 2, 25) }) },
);

it("memory and Redis answer any sequence of calls alike, to the microsecond", async () => {
  let run = 0;
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 10, maxLength: 60, size: "max" }), async (operations) => {
      run += 1;
      const keys = createKeys(`agree${run}`);
      const scope = "test:acme";
      // The memory store is shown the very instant at which Redis answered.
      let baseUs: number | undefined;
      let nowMs = 0;
      const at = (us: number): void => {
        baseUs ??= us;
        nowMs = (us - baseUs) / 1000;
      };
      const memory = memoryStore({
        clock: { now: () => nowMs, wallNow: () => nowMs, setTimer: () => ({ cancel() {}, unref() {} }) },
      });
      // What each of two processes last knew; the store loses nothing, so it changes no answer.
      const knowledge = [createKnowledge(), createKnowledge()] as const;
      const taken: { charges: StoreCharge[]; id: string; atUs: number; unit: number }[] = [];

      for (const [index, step] of operations.entries()) {
        const id = `q${index}`;
        if (step.kind === "take") {
          const request = { ...step, scope, id };
          const own = step.charges.map((charge) => keys.bucket(scope, charge));
          const about = knowledge[step.process] as Knowledge;
          const known = own.map((key) => about.of(key, nowMs));
          const answer = await asked(request, own, known);
          const { reply } = answer;
          at(reply.nowUs);
          const untilMs = nowMs + (reply.idleUs - reply.nowUs) / 1000;
          for (const [which, key] of own.entries()) about.learn(key, answer.known[which] as string, untilMs);
          const expected = memory.take(request) as TakeReply;
          expect(relative(reply, baseUs as number), JSON.stringify(step)).toEqual(relative(expected, 0));
          if (!step.peek) {
            let unit = 0;
            for (const slot of reply.slots)
              for (let n = 0; n < slot.units; n += 1)
                taken.push({ charges: step.charges, id, atUs: slot.atUs, unit: unit++ });
          }
          compared += 1;
        } else if (step.kind === "rest") {
          await new Promise((resolve) => setTimeout(resolve, step.ms));
        } else if (step.kind !== "observe" && taken.length > 0) {
          const [given] = taken.splice(step.pick % taken.length, 1) as [(typeof taken)[number]];
          const own = given.charges.map((charge) => keys.bucket(scope, charge));
          const named = (atUs: number) => ({
            scope,
            charges: given.charges,
            id: given.id,
            units: [{ atUs, unit: given.unit }],
          });
          const there = named(given.atUs);
          const here = named(given.atUs - (baseUs as number));
          if (step.kind === "renew") {
            const reply = (await redis
              .evalsha(scripts.renew.sha1, own.length, ...own, ...commands.unitArguments(there))
              .catch(() =>
                redis.eval(scripts.renew.source, own.length, ...own, ...commands.unitArguments(there)),
              )) as string[];
            at(Number(reply[1]));
            expect(reply[2] === "1", JSON.stringify(step)).toBe(memory.renew?.(here));
            taken.push(given);
          } else if (step.kind === "landed") {
            at(await commands.landed(redis, own, there));
            memory.landed(here);
          } else {
            at(await commands.giveBack(redis, own, there, { channel: "c", message: "m" }));
            memory.giveBack(here);
          }
          if (step.kind === "refund") {
            const said = { ...step, scope, charges: given.charges, pauseMs: 0 };
            at(await commands.observe(redis, own, said, { id, channel: "c", message: "m" }));
            memory.observe(said);
          }
        } else if (step.kind === "observe") {
          const word = { id, channel: "c", message: "m" };
          at(
            await commands.observe(
              redis,
              step.charges.map((charge) => keys.bucket(scope, charge)),
              { ...step, scope },
              word,
            ),
          );
          memory.observe({ ...step, scope });
        }
      }
    }),
    { numRuns: 250 },
  );
  console.log(`memory and Redis compared on ${compared} answers in ${run} sequences`);
}, 60_000);

it("every key it writes expires by itself", async () => {
  const keys = await redis.keys("agree*");
  const ttls = await Promise.all(keys.map((key) => redis.pttl(key)));
  expect(ttls.filter((ttl) => ttl === -1)).toEqual([]);
});

/** Asks as the store does: by the short way what can go it. */
async function asked(
  request: TakeRequest,
  keys: readonly string[],
  known: readonly string[],
): Promise<{ reply: TakeReply; known: readonly string[] }> {
  const [charge] = request.charges as readonly [StoreCharge];
  const { limit, cost } = charge;
  const { ahead, group: size, peek } = request;
  if (request.charges.length > 1 || limit.kind !== "tokenBucket" || ahead > 0 || size > 1 || peek) {
    const { long } = (await take(redis, { short: [], long: [{ request, keys, known }] }, 0)) as Answers;
    return long[0] as Exclude<LongAnswer, Error>;
  }
  const question = { key: keys[0] as string, standingKey: undefined, count: request.count, known: known[0] ?? "" };
  const group = { limit, cost, standing: undefined, questions: [question] };
  const { nowUs, short } = (await take(redis, { short: [group], long: [] }, 0)) as Answers;
  const { units, nextUs, idleUs, remaining, known: learned } = short[0] as Exclude<ShortAnswer, Error>;
  const slots = units === 0 ? [] : [{ atUs: nowUs, units }];
  const reply = { nowUs, slots, nextUs: nowUs + nextUs, binding: 0, remaining, idleUs: nowUs + idleUs };
  return { reply, known: [learned] };
}

function relative(reply: TakeReply, baseUs: number): object {
  const { nowUs, nextUs, idleUs, slots, binding, remaining } = reply;
  return {
    nowUs: nowUs - baseUs,
    nextUs: nextUs - baseUs,
    idleUs: idleUs - baseUs,
    binding,
    remaining,
    slots: slots.map(({ atUs, units }) => ({ atUs: atUs - baseUs, units })),
  };
}
