// One process of a fleet under a limit of its own making: reads its orders from argv, prints its grants as one line of JSON.
import { customLimit, withCustomLimits } from "@sluice/limiter";
import { redisLock, redisStates, redisStore } from "@sluice/limiter-redis";

/** What a worker is told. */
export interface CustomOrders {
  readonly url: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly forMs: number;
  /** Unix time at which all begin, in milliseconds. */
  readonly startAtMs: number;
}

/** What a worker did. */
export interface CustomReport {
  /** Store time of each grant, in microseconds. */
  readonly atUs: readonly number[];
  /** Store time of each question that was refused, in microseconds. */
  readonly refusedUs: readonly number[];
  /** How long each question took, in milliseconds. */
  readonly tookMs: readonly number[];
}

interface Window {
  readonly window: number;
  readonly used: number;
}

const { url, limit, windowMs, forMs, startAtMs } = JSON.parse(process.argv[2] ?? "") as CustomOrders;
// A busy machine is no outage.
const own = { url, commandTimeoutMs: 10_000 };
const [lock, states, inner] = [redisLock(own), redisStates(own), redisStore({ ...own, onStoreError: "closed" })];
const store = withCustomLimits(inner, { lock, states, lockTimeoutMs: 30_000 });
const fixedWindow = customLimit<Window>({
  name: "fixed window",
  algorithm(state, nowMs, cost) {
    const window = Math.floor(nowMs / windowMs);
    const used = (state?.window === window ? state.used : 0) + cost;
    return used > limit
      ? { state: { window, used }, decision: { allowed: false, retryAfterMs: (window + 1) * windowMs - nowMs } }
      : { state: { window, used }, decision: { allowed: true, remaining: limit - used } };
  },
});
const atUs: number[] = [];
const refusedUs: number[] = [];
const tookMs: number[] = [];
const ask = async (id: string, peek: boolean): Promise<void> => {
  const charges = [{ bucket: "b", limit: fixedWindow, cost: 1 }];
  const sinceMs = performance.now();
  const reply = await store.take({ scope: "s", charges, count: 1, ahead: 0, group: 1, withinMs: 0, id, peek });
  if (peek) return;
  tookMs.push(performance.now() - sinceMs);
  if (reply.slots.length === 0) refusedUs.push(reply.nowUs);
  for (const slot of reply.slots) atUs.push(...Array.from({ length: slot.units }, () => slot.atUs));
};

await ask("warm", true);
await new Promise((resolve) => setTimeout(resolve, startAtMs - (performance.timeOrigin + performance.now())));
const untilMs = performance.now() + forMs;
for (let asked = 0; performance.now() < untilMs; asked += 1) await ask(`${process.pid}.${asked}`, false);
process.stdout.write(`${JSON.stringify({ atUs, refusedUs, tookMs } satisfies CustomReport)}\n`);
for (const one of [store, lock, states]) await one.close();
