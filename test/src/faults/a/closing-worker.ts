// A process that is closed while many wait in it: prints as a line of JSON when that will be, as another what became of them, and should
// then end by itself.
import { createLimiter, tokenBucket } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";

/** What a worker is told. */
export interface ClosingOrders {
  readonly url: string;
  readonly waiters: number;
  /** What is closed: the limiter and then its store, or the store under it. */
  readonly first: "limiter" | "store";
  /** From when all wait until the closing, in milliseconds. */
  readonly closeAfterMs: number;
}

/** What a worker says once all wait. */
export interface ClosingSoon {
  /** Unix time of the closing, in milliseconds. */
  readonly closeAtMs: number;
}

/** What a worker did. */
export interface ClosingReport {
  /** Waiters by the code with which their wait ended. */
  readonly codes: Readonly<Record<string, number>>;
  /** From the closing until the last of them was told. */
  readonly settledMs: number;
  /** Local Unix time of that, in milliseconds. */
  readonly atMs: number;
}

const { url, waiters, first, closeAfterMs } = JSON.parse(process.argv[2] ?? "") as ClosingOrders;
const store = redisStore({ url, onStoreError: "closed" });
const limiter = createLimiter({ store, provider: "test", account: "acme" });
// The first one has it all, the others wait for minutes.
const charge = { bucket: "b", limit: tokenBucket({ refillRate: 0.01, burst: 1 }) };
await limiter.acquire(charge);
const codes: Record<string, number> = {};
const waiting = Array.from({ length: waiters }, () =>
  limiter.acquire(charge, { timeoutMs: Number.POSITIVE_INFINITY }).then(
    () => "granted",
    (error: unknown) => String((error as { code?: unknown }).code),
  ),
);
const closeAtMs = performance.timeOrigin + performance.now() + closeAfterMs;
process.stdout.write(`${JSON.stringify({ closeAtMs } satisfies ClosingSoon)}\n`);
await new Promise((resolve) => setTimeout(resolve, closeAfterMs));
const closedMs = performance.now();
if (first === "limiter") await limiter.close();
await store.close();
for (const code of await Promise.all(waiting)) codes[code] = (codes[code] ?? 0) + 1;
const settledMs = performance.now() - closedMs;
const atMs = performance.timeOrigin + performance.now();
process.stdout.write(`${JSON.stringify({ codes, settledMs, atMs } satisfies ClosingReport)}\n`);
