import { type Charge, createLimiter, fixedWindow, type Limiter, memoryStore, slidingWindow } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import type { Redis } from "ioredis";
import {
  BurstyRateLimiter,
  RateLimiterMemory,
  RateLimiterQueue,
  RateLimiterRedis,
  RateLimiterRes,
  RateLimiterUnion,
} from "rate-limiter-flexible";

/** What became of one try. */
export interface Attempt {
  readonly allowed: boolean;
  readonly left: number;
  readonly waitMs: number;
  /** It was the right password: the attempt is given back. */
  readonly undo: () => Promise<void>;
}

/** Attempts to sign in, by address. */
export interface Logins {
  attempt(address: string): Promise<Attempt>;
  /** Without taking anything. */
  left(address: string): Promise<number>;
  /** Counts as several attempts. */
  fine(address: string, attempts: number): Promise<void>;
  block(address: string, seconds: number): Promise<void>;
  close(): Promise<void>;
}

const nothing = async (): Promise<void> => {};

/** With rate-limiter-flexible. */
export function before(redis: Redis): Logins {
  // #region before
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: "login",
    points: 5,
    duration: 60,
    insuranceLimiter: new RateLimiterMemory({ points: 1, duration: 60 }), // for five processes
  });

  const attempt = async (address: string): Promise<Attempt> => {
    try {
      const { remainingPoints: left } = await limiter.consume(address);
      return { allowed: true, left, waitMs: 0, undo: async () => void (await limiter.reward(address)) };
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return { allowed: false, left: 0, waitMs: refusal.msBeforeNext, undo: nothing };
    }
  };
  const left = async (address: string) => (await limiter.get(address))?.remainingPoints ?? 5;
  const fine = async (address: string, attempts: number) => void (await limiter.penalty(address, attempts));
  const block = async (address: string, seconds: number) => void (await limiter.block(address, seconds));
  // #endregion
  return { attempt, left, fine, block, close: nothing };
}

/** The same with ours. */
export function after(url: string): Logins {
  // #region after
  const store = redisStore({ url, onStoreError: "local" }); // its share by the number of processes that live, counted for you
  const limiter = createLimiter({ store, provider: "login" });
  const limit = fixedWindow({ limit: 5, windowMs: 60_000 });
  const of = (address: string): Charge => ({ bucket: address, limit });

  const attempt = async (address: string): Promise<Attempt> => {
    const decision = await limiter.tryAcquire(of(address)); // a refusal is an answer, and takes nothing
    if (decision.kind === "allowed")
      return { allowed: true, left: decision.remaining, waitMs: 0, undo: async () => decision.grant?.giveBack() };
    const waitMs = decision.kind === "delayed" ? decision.retryAfterMs : Infinity; // a cost that no window holds
    return { allowed: false, left: 0, waitMs, undo: nothing };
  };
  const left = async (address: string) => (await limiter.inspect(of(address))).buckets[0]?.left ?? 5;
  const fine = async (address: string, attempts: number) =>
    limiter.observe(of(address), { remaining: Math.max(0, (await left(address)) - attempts) });
  const block = async (address: string, seconds: number) =>
    limiter.observe(of(address), { retryAfterMs: seconds * 1000, refused: false }); // at most a day
  // #endregion
  return {
    attempt,
    left,
    fine,
    block,
    async close() {
      await limiter.close();
      await store.close();
    },
  };
}

/** Several limiters at once. */
export function unionBefore(): (key: string) => Promise<boolean> {
  // #region union-before
  const perSecond = new RateLimiterMemory({ keyPrefix: "second", points: 2, duration: 1 });
  const perHour = new RateLimiterMemory({ keyPrefix: "hour", points: 3, duration: 3600 });
  const union = new RateLimiterUnion(perSecond, perHour);
  const may = (key: string) => union.consume(key).then(yes, no);
  // #endregion
  return may;
}

/** The same with ours, but for what a refusal takes. */
export function unionAfter(limiter: Limiter): (key: string) => Promise<boolean> {
  // #region union-after
  const perSecond = fixedWindow({ limit: 2, windowMs: 1000 });
  const perHour = fixedWindow({ limit: 3, windowMs: 3_600_000 });
  const may = async (key: string) =>
    (
      await limiter.tryAcquire([
        { bucket: `second/${key}`, limit: perSecond },
        { bucket: `hour/${key}`, limit: perHour }, // both or neither
      ])
    ).kind === "allowed";
  // #endregion
  return may;
}

/** Waiting in line. */
export function queueBefore(): () => Promise<unknown> {
  // #region queue-before
  const queue = new RateLimiterQueue(new RateLimiterMemory({ points: 2, duration: 1 }), { maxQueueSize: 100 });
  const turn = () => queue.removeTokens(1);
  // #endregion
  return turn;
}

/** The same with ours. */
export function queueAfter(limiter: Limiter): () => Promise<unknown> {
  // #region queue-after
  const charge = { bucket: "turns", limit: fixedWindow({ limit: 2, windowMs: 1000 }) };
  const turn = () => limiter.acquire(charge, { timeoutMs: 60_000 }); // `queue({ maxWaiting: 100 })` of a guard bounds the line
  // #endregion
  return turn;
}

/** A limit with something on top now and then. */
export function burstyBefore(): (key: string) => Promise<boolean> {
  // #region bursty-before
  const bursty = new BurstyRateLimiter(
    new RateLimiterMemory({ points: 2, duration: 1 }),
    new RateLimiterMemory({ keyPrefix: "burst", points: 5, duration: 10 }),
  );
  const may = (key: string) => bursty.consume(key).then(yes, no);
  // #endregion
  return may;
}

/** The same with ours: the second limit is asked where the first says no. */
export function burstyAfter(limiter: Limiter): (key: string) => Promise<boolean> {
  // #region bursty-after
  const steady = fixedWindow({ limit: 2, windowMs: 1000 });
  const burst = fixedWindow({ limit: 5, windowMs: 10_000 });
  const may = async (key: string) => {
    const first = await limiter.tryAcquire({ bucket: `steady/${key}`, limit: steady });
    if (first.kind === "allowed") return true;
    return (await limiter.tryAcquire({ bucket: `burst/${key}`, limit: burst })).kind === "allowed";
  };
  // #endregion
  return may;
}

/** Both at once: the old one decides, ours looks on. */
export function both(points: number, ours: number): { may(key: string): Promise<boolean>; readonly differ: number } {
  const old = new RateLimiterMemory({ points, duration: 60 });
  const limit = slidingWindow({ limit: ours, windowMs: 60_000 });
  let differ = 0;
  // #region both
  const limiter = createLimiter({ store: memoryStore() });
  const may = async (key: string) => {
    const decided = await old.consume(key).then(yes, no);
    const wouldBe = await limiter.tryAcquire({ bucket: key, limit });
    if ((wouldBe.kind === "allowed") !== decided) differ += 1; // count it, and log both answers
    return decided;
  };
  // #endregion
  return {
    may,
    get differ() {
      return differ;
    },
  };
}

function yes(): true {
  return true;
}

/** A refusal is no Error there; a failure is. */
function no(refusal: unknown): false {
  if (refusal instanceof Error) throw refusal;
  return false;
}
