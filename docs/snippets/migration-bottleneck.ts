import { type Classify, createHookChain, retry, runCall } from "@sluice/core";
import {
  concurrency,
  createGuard,
  createJobs,
  createLimiter,
  fixedWindow,
  type GuardDecision,
  leakyBucket,
  memoryStore,
  queue,
} from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import Bottleneck from "bottleneck";
import { Redis } from "ioredis";

/** Sends one message. */
export type Send = (message: string) => Promise<string>;

/** A sender under limits. A smaller number of the rank goes first. */
export interface Sender {
  send(message: string, rank?: number): Promise<string>;
  close(): Promise<void>;
}

/** With bottleneck. */
export function before(post: Send): Sender {
  // #region before
  const limiter = new Bottleneck({
    maxConcurrent: 2,
    minTime: 20,
    reservoir: 5,
    reservoirRefreshAmount: 5,
    reservoirRefreshInterval: 500,
    highWater: 6,
    strategy: Bottleneck.strategy.OVERFLOW,
  });
  const send = (message: string, rank = 5) => limiter.schedule({ priority: rank }, () => post(message));
  // #endregion
  return { send, close: () => limiter.disconnect(false) };
}

/** The same with ours. */
export function after(post: Send): Sender {
  // #region after
  const limiter = createLimiter({ store: memoryStore() }); // or redisStore({ url }), for the whole fleet
  const charges = [
    { bucket: "places", limit: concurrency({ max: 2 }) },
    { bucket: "spacing", limit: leakyBucket({ rate: 50 }) }, // one every 20 ms
    { bucket: "reservoir", limit: fixedWindow({ limit: 5, windowMs: 500 }) },
  ];
  const guard = createGuard({ limiter, strategy: queue({ maxWaiting: 6 }) });
  const send = (message: string, rank = 5) => guard.run(charges, () => post(message), { priority: 5 - rank });
  // #endregion
  return { send, close: () => limiter.close() };
}

/** A second attempt with bottleneck. */
export async function retriedBefore(post: Send): Promise<string> {
  // #region retry-before
  const limiter = new Bottleneck({ maxConcurrent: 2 });
  limiter.on("failed", (_error, { retryCount }) => (retryCount < 2 ? 25 : undefined));
  const sent = await limiter.schedule(() => post("hello"));
  // #endregion
  await limiter.disconnect(false);
  return sent;
}

/** A second attempt with ours. */
export async function retriedAfter(post: Send): Promise<string> {
  // #region retry-after
  const repeatable: Classify = ({ ok }) =>
    ok ? { kind: "final" } : { kind: "failed", processed: "no", retryAfter: null }; // as bottleneck: every failure
  const chain = createHookChain({ hooks: [retry({ maxRetries: 2, delay: () => 25, classify: repeatable })] });
  const call = { provider: "mail", account: "main", operation: "send", timeoutMs: 30_000 };
  const sent = await runCall(chain, call, (one) => chain.run("attempt", one, () => post("hello")));
  // #endregion
  return sent;
}

/** Groups: two keys apart, at most so many of each at a time. */
export function groupBefore(): { run(key: string, task: () => Promise<void>): Promise<void>; close(): Promise<void> } {
  // #region group-before
  const group = new Bottleneck.Group({ maxConcurrent: 1 });
  const run = (key: string, task: () => Promise<void>) => group.key(key).schedule(task);
  // #endregion
  return { run, close: () => group.disconnect(false) };
}

/** The same with ours. */
export function groupAfter(): { run(key: string, task: () => Promise<void>): Promise<void>; close(): Promise<void> } {
  // #region group-after
  const limiter = createLimiter({ store: memoryStore() });
  const jobs = createJobs({ limiter, max: 100, perNamespace: 1 }); // a key is a namespace, or a bucket's name
  const run = (key: string, task: () => Promise<void>) => jobs.run(task, { namespace: key });
  // #endregion
  return { run, close: () => limiter.close() };
}

/** Clusters: everything of one id, and of one account. */
export function clusterBefore(url: string, post: Send): Sender {
  // #region cluster-before
  const connection = new Bottleneck.IORedisConnection({ client: new Redis(url) });
  const limiter = new Bottleneck({
    id: "mail",
    connection,
    reservoir: 5,
    reservoirRefreshAmount: 5,
    reservoirRefreshInterval: 60_000,
  });
  const send = (message: string) => limiter.schedule({ expiration: 30_000 }, () => post(message));
  // #endregion
  return { send, close: () => connection.disconnect(false) };
}

/** The same with ours. */
export function clusterAfter(url: string, post: Send): Sender {
  // #region cluster-after
  const store = redisStore({ url });
  const limiter = createLimiter({ store, provider: "mail", account: "main" });
  const charge = { bucket: "reservoir", limit: fixedWindow({ limit: 5, windowMs: 60_000 }) };
  const guard = createGuard({ limiter });
  const send = (message: string) => guard.run(charge, () => post(message), { timeoutMs: 60_000 });
  // #endregion
  return {
    send,
    async close() {
      await limiter.close();
      await store.close();
    },
  };
}

/** Both at once: the old one decides, ours looks on. */
export function both(post: Send, limit: number, onDecision: (decision: GuardDecision) => void): Sender {
  const old = new Bottleneck({ maxConcurrent: 2 });
  const limiter = createLimiter({ store: memoryStore() });
  const charges = [{ bucket: "reservoir", limit: fixedWindow({ limit, windowMs: 60_000 }) }];
  // #region both
  const guard = createGuard({ limiter, mode: "shadow", strategy: "queue", onDecision }); // "shadow-refused": it would have waited
  const send = (message: string) => old.schedule(() => guard.run(charges, () => post(message)));
  // #endregion
  return {
    send,
    async close() {
      await old.disconnect(false);
      await limiter.close();
    },
  };
}
