import {
  fixedWindow,
  leakyBucket,
  memoryStore,
  slidingWindow,
  slidingWindowCounter,
  type StoreCharge,
  type TakeReply,
  tokenBucket,
} from "@sluice/limiter";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as commands from "../scripts/commands.js";
import { type Answers, take } from "../scripts/take.js";
import { createKeys } from "./keys.js";

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

const charges: StoreCharge[] = [
  { bucket: "bucket", limit: tokenBucket({ refillRate: 40, burst: 4 }), cost: 1 },
  { bucket: "spaced", limit: leakyBucket({ rate: 30 }), cost: 1 },
  { bucket: "window", limit: slidingWindow({ limit: 40, windowMs: 1500 }), cost: 1 },
  { bucket: "fixed", limit: fixedWindow({ limit: 40, windowMs: 1500 }), cost: 1 },
  { bucket: "counter", limit: slidingWindowCounter({ limit: 40, windowMs: 1500 }), cost: 1 },
];

/** The memory store is shown the very instant at which Redis answered. */
function twins(scope: string) {
  const keys = createKeys("learned");
  let baseUs: number | undefined;
  let nowMs = 0;
  const at = (us: number): void => {
    baseUs ??= us;
    nowMs = (us - baseUs) / 1000;
  };
  const clock = { now: () => nowMs, wallNow: () => nowMs, setTimer: () => ({ cancel() {}, unref() {} }) };
  const memory = memoryStore({ clock });
  let number = 0;
  return {
    async ask(
      charge: StoreCharge,
      extra: { ahead?: number; loan?: { holder: string; unspent: number; leaseMs: number } } = {},
    ) {
      const own = { scope, charges: [charge], count: 3, ahead: 0, group: 1, withinMs: 200, peek: false, ...extra };
      const request = { ...own, id: `q${(number += 1)}` };
      const key = keys.bucket(scope, charge);
      const asked = { short: [], long: [{ request, keys: [key], known: [] }] };
      const { nowUs, long } = (await take(redis, asked, 0)) as Answers;
      at(nowUs);
      const { reply } = long[0] as { reply: TakeReply };
      const expected = memory.take(request) as TakeReply;
      const shown = (told: TakeReply, zeroUs: number) => ({
        next: told.nextUs - zeroUs,
        remaining: told.remaining,
        idle: told.idleUs - zeroUs,
        slots: told.slots.map(({ atUs, units }) => [atUs - zeroUs, units]),
      });
      expect(shown(reply, nowUs), charge.bucket).toEqual(shown(expected, expected.nowUs));
      return reply;
    },
    async refuse(charge: StoreCharge, pauseMs: number) {
      const request = { scope, charges: [charge], pauseMs, remaining: undefined, refused: true };
      const word = { id: "w", channel: "c", message: "m" };
      at(await commands.observe(redis, [keys.bucket(scope, charge)], request, word));
      memory.observe(request);
    },
    async repay(charge: StoreCharge, holder: string, tokens: number) {
      const loan = { holder, unspent: 0, leaseMs: 0 };
      const request = { scope, charges: [{ ...charge, cost: tokens }], id: "x", units: [{ atUs: 0, unit: 0 }], loan };
      at(await commands.giveBack(redis, [keys.bucket(scope, charge)], request, { channel: "c", message: "m" }));
      memory.giveBack(request);
    },
  };
}

it("memory and Redis learn the same from refusals, to the microsecond", async () => {
  const { ask, refuse } = twins("share");
  let asked = 0;
  const askAll = async (): Promise<void> => {
    for (const charge of charges) {
      await ask(charge, { ahead: asked % 2 });
      asked += 1;
    }
  };
  // A first refusal, one too soon after it to be measured, and one with a measure.
  for (const waitMs of [200, 600, 2200, 700]) {
    for (let n = 0; n < 6; n += 1) await askAll();
    for (const charge of charges) await refuse(charge, 5);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await askAll();
    for (let waitedMs = 0; waitedMs < waitMs; waitedMs += 100) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await askAll();
    }
  }
  const state = await redis.get("learned:{share}:t:bucket");
  expect(state, "a share below the whole was in use").toMatch(/\|0\.\d+:\d+:\d+\|/);
  console.log(`memory and Redis compared on ${asked} answers while they learned`);
});

it("memory and Redis keep the same account of loans", async () => {
  const { ask, repay } = twins("loans");
  const charge: StoreCharge = { bucket: "lent", limit: tokenBucket({ refillRate: 200, burst: 40 }), cost: 1 };
  for (let round = 0; round < 25; round += 1) {
    const { slots } = await ask(charge, {
      loan: { holder: "one", unspent: round % 4, leaseMs: round % 5 === 0 ? 30 : 500 },
    });
    await ask(charge, { loan: { holder: "two", unspent: 0, leaseMs: 40 }, ahead: 1 });
    await ask(charge, { ahead: round % 3 });
    const units = slots[0]?.units ?? 0;
    if (round % 6 === 0 && units > 0) await repay(charge, "one", units);
    await new Promise((resolve) => setTimeout(resolve, round % 7 === 0 ? 90 : 15));
  }
});
