// One process of a fleet that asks without pause while its store goes and comes: reads its orders from argv, prints its grants as one
// line of JSON.
import { createLimiter, tokenBucket } from "@sluice/limiter";
import { type OnStoreError, redisStore } from "@sluice/limiter-redis";

/** What a worker is told. */
export interface OutageOrders {
  readonly url: string;
  readonly mode: OnStoreError;
  readonly refillRate: number;
  readonly burst: number;
  /** Between two questions. */
  readonly everyMs: number;
  /** Unix time at which all begin and end, in milliseconds. */
  readonly startAtMs: number;
  readonly endAtMs: number;
}

/** What a worker did. */
export interface OutageReport {
  /** Local Unix time of each grant, in milliseconds. */
  readonly grantedMs: readonly number[];
  readonly longestMs: number;
  readonly events: number;
}

const { url, mode, refillRate, burst, everyMs, startAtMs, endAtMs } = JSON.parse(process.argv[2] ?? "") as OutageOrders;
let events = 0;
const store = redisStore({ url, onStoreError: mode, onEvent: () => (events += 1) });
const limiter = createLimiter({ store, provider: "fleet", account: "acme" });
const charge = { bucket: "shared", limit: tokenBucket({ refillRate, burst }) };
const nowMs = (): number => performance.timeOrigin + performance.now();
const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const grantedMs: number[] = [];
let longestMs = 0;

await limiter.peek(charge);
await rest(startAtMs - nowMs());
while (nowMs() < endAtMs) {
  const sinceMs = nowMs();
  const decision = await limiter.tryAcquire(charge).catch(() => undefined);
  const tookMs = nowMs() - sinceMs;
  longestMs = Math.max(longestMs, tookMs);
  if (decision?.kind === "allowed") grantedMs.push(sinceMs + tookMs);
  await rest(everyMs);
}
process.stdout.write(`${JSON.stringify({ grantedMs, longestMs, events } satisfies OutageReport)}\n`);
await limiter.close();
await store.close();
