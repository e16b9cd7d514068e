import { createBreaker, createLimiter, tokenBucket } from "@sluice/limiter";
import { redisBreakerStore, redisLock, redisStore } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { worstExcess } from "../src/fleet/ledger.js";
import { operatorOf } from "./a-support.js";
import { call, type Called, counted, type Member, member, PATIENT_MS, ran, refused, until } from "./b-support.js";
import { fault } from "./fault.js";

const bound = { refillRate: 20, burst: 40 };
const charge = { bucket: "shared", limit: tokenBucket(bound) };
/** From the first grant to the last question. Unit: milliseconds. */
const WHOLE_MS = 1200;

/** Grants of processes that ask without pause, while a server that they have emptied dies and starts empty. */
async function admittedOver(restart: boolean, comesLater: boolean): Promise<{ count: number; excess: number }> {
  await using server = await startRedisServer();
  await using first = member({ url: server.url });
  const members: Member[] = [first];
  await first.limiter().peek(charge);
  const grantedUs: number[] = [];
  const startedMs = performance.now();
  let lost = !restart;
  const ask = async (one: Member): Promise<boolean> => {
    const called = await call(() => one.limiter().tryAcquire(charge));
    const granted = called.decision?.kind === "allowed";
    if (granted) grantedUs.push((called.atMs - startedMs) * 1000);
    return granted;
  };
  const goesOn = (): boolean => {
    const sinceMs = performance.now() - startedMs;
    // A machine that stood still meanwhile gets the time for the loss, and for more than the burst, all the same.
    return sinceMs < WHOLE_MS || (sinceMs < 10 * WHOLE_MS && (!lost || grantedUs.length <= bound.burst));
  };
  while (goesOn()) {
    for (const one of members) await ask(one);
    if (!lost && performance.now() - startedMs > 500) {
      lost = true;
      await server.kill();
      await server.restart();
      // One that has never asked knows nothing of the bucket.
      if (comesLater) {
        const newcomer = member({ url: server.url, deadlineMs: 501 });
        members.push(newcomer);
        await until(() => ask(newcomer), "the newcomer is served");
        while (await ask(newcomer));
      }
    }
    await rest(2);
  }
  for (const one of members.filter((other) => other !== first)) await one[Symbol.asyncDispose]();
  return { count: grantedUs.length, excess: Math.max(0, worstExcess(grantedUs, bound)) };
}

fault(
  {
    id: "A11",
    fault: "the store is killed and starts empty",
    expected: "whoever knew the bucket makes up for the loss: no token over the limit",
  },
  async () => {
    const [quiet, knowing] = [await admittedOver(false, false), await admittedOver(true, false)];
    const most = bound.burst + (bound.refillRate * WHOLE_MS) / 1000;
    // Grants are seen here a little later or earlier than the store made them.
    expect(knowing.excess).toBeLessThanOrEqual(1);
    expect(knowing.count).toBeGreaterThan(bound.burst);
    return `admitted ÷ bound ${(knowing.count / most).toFixed(2)}, ${(quiet.count / most).toFixed(2)} without the loss; ${knowing.excess.toFixed(1)} tokens over`;
  },
);

fault(
  {
    id: "A11",
    fault: "the store is killed and starts empty, and the first to ask has never asked before",
    expected: "at most one burst over the limit",
  },
  async () => {
    const newcomer = await admittedOver(true, true);
    const most = bound.burst + (bound.refillRate * WHOLE_MS) / 1000;
    expect(newcomer.excess).toBeLessThanOrEqual(bound.burst + 1);
    return `admitted ÷ bound ${(newcomer.count / most).toFixed(2)}; ${newcomer.excess.toFixed(1)} tokens over`;
  },
);

fault(
  {
    id: "A12",
    fault: "the script cache is emptied between calls",
    expected: "the same answers, one more round trip, no error; no script in a MULTI",
  },
  async () => {
    await using server = await startRedisServer();
    await using operator = await operatorOf(server);
    const client = new Redis(server.url);
    const piping = new Redis(server.url, { enableAutoPipelining: true });
    const { url } = server;
    const commandTimeoutMs = PATIENT_MS;
    const lock = redisLock({ url, commandTimeoutMs });
    const breakerStore = redisBreakerStore({ url, commandTimeoutMs });
    const breaker = createBreaker({ name: "b", store: breakerStore, onStoreError: "closed" });
    const limiters = [{ url }, { client }, { client: piping }].map((where) => {
      const store = redisStore({ ...where, onStoreError: "closed", commandTimeoutMs });
      const limiter = createLimiter({ store, provider: "test", account: "acme" });
      return { limiter, close: () => limiter.close().then(() => store.close()) };
    });
    const calls: Called[] = [];
    const rounds = 20;
    for (let round = 0; round < rounds; round += 1) {
      const several = limiters.map(({ limiter }) => call(() => limiter.tryAcquire(counted)));
      // In the same turn, and so in one pipeline where there is one.
      const long = limiters.map(({ limiter }) => call(() => limiter.peek([counted, charge])));
      calls.push(...(await Promise.all([...several, ...long])));
      await lock.run("name", {}, () => breaker.run(async () => {}));
      await operator.redis.script("FLUSH");
    }
    const last = await limiters[0]?.limiter.peek(counted);
    expect(refused(calls)).toBe(0);
    expect(last).toMatchObject({ kind: "allowed", remaining: counted.limit.burst - rounds * limiters.length });
    const texts = await ran(server, "eval");
    expect(texts).toBeGreaterThan(rounds);
    for (const word of ["multi", "exec"]) expect(await ran(server, word)).toBe(0);
    for (const { close } of limiters) await close();
    await breaker.close();
    for (const store of [breakerStore, lock]) await store.close();
    for (const one of [client, piping]) one.disconnect();
    return `${refused(calls)} errors in ${calls.length} calls, ${rounds} flushes; texts sent ${texts} times; 0 MULTI`;
  },
);
