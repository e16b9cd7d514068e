// A process whose store answers junk: calls until the store answers again, and prints what came of it as one line of JSON.
import { createLimiter, tokenBucket } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";

/** What a worker is told. */
export interface JunkOrders {
  readonly url: string;
  readonly deadlineMs: number;
  /** Longest it calls. */
  readonly forMs: number;
}

/** What a worker did. */
export interface JunkReport {
  /** Calls by what came of them: a kind of decision or the code of an error. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly longestMs: number;
  /** For how long this process did not run while it called, at the most. */
  readonly stalledMs: number;
  /** The most memory it had, above what it had before the first call. Unit: MiB. */
  readonly grewMiB: number;
}

const { url, deadlineMs, forMs } = JSON.parse(process.argv[2] ?? "") as JunkOrders;
const store = redisStore({ url, onStoreError: "closed", commandTimeoutMs: deadlineMs });
const limiter = createLimiter({ store, provider: "test", account: "acme" });
const charge = { bucket: "b", limit: tokenBucket({ refillRate: 1e-3, burst: 1000 }) };
const outcomes: Record<string, number> = {};
const startedMs = performance.now();
let [beatMs, stalledMs] = [startedMs, 0];
const beat = setInterval(() => {
  stalledMs = Math.max(stalledMs, performance.now() - beatMs - 10);
  beatMs = performance.now();
}, 10);
const before = process.memoryUsage.rss();
let [longestMs, most, answered] = [0, before, false];
while (!answered && performance.now() - startedMs < forMs) {
  const sinceMs = performance.now();
  const outcome = await limiter.tryAcquire(charge).then(
    ({ kind }) => kind,
    (error: unknown) => String((error as { code?: unknown }).code),
  );
  longestMs = Math.max(longestMs, performance.now() - sinceMs);
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  answered = outcome === "allowed";
  most = Math.max(most, process.memoryUsage.rss());
  await new Promise((resolve) => setTimeout(resolve, 2));
}
clearInterval(beat);
const grewMiB = Math.round((most - before) / 2 ** 20);
process.stdout.write(`${JSON.stringify({ outcomes, longestMs, stalledMs, grewMiB } satisfies JunkReport)}\n`);
await limiter.close();
await store.close();
