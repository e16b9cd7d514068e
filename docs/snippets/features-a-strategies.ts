// #region imports
import {
  createGuard,
  createLimiter,
  degrade,
  memoryStore,
  queue,
  retryAfter,
  throttle,
  tokenBucket,
} from "@sluice/limiter";
// #endregion
import { reject } from "@sluice/limiter";

export async function strategies(report: () => string, say: (line: string) => void): Promise<readonly string[]> {
  // #region strategies
  const limiter = createLimiter({ store: memoryStore() });
  const perSecond = { bucket: "reports", limit: tokenBucket({ refillRate: 1, burst: 1 }) };
  const guard = createGuard({
    limiter,
    strategy: queue({ maxWaiting: 100, timeoutMs: 5000 }),
    onDecision: ({ strategy, waitedMs }) => say(`${strategy}, after ${Math.round(waitedMs / 1000)} s`),
  });

  await guard.run(perSecond, report); // queue, after 0 s
  await guard.run(perSecond, report); // queue, after 1 s
  const stale = await guard.run(perSecond, report, { strategy: degrade("yesterday's") }); // degrade, after 0 s
  const late = await guard.run(perSecond, report, { strategy: retryAfter({ retries: 1 }) }); // retry-after, after 1 s
  const own = await guard.run(perSecond, report, {
    strategy: ({ retryAfterMs }) => ({ kind: "instead", value: `in ${Math.ceil(retryAfterMs / 1000)} s` }),
  });
  // #endregion
  const refused = await guard.run(perSecond, report, { strategy: reject() }).catch((error: unknown) => {
    return (error as { code: string }).code;
  });
  await limiter.close();
  return [stale, late, own, refused];
}

/** What each of the calls waited. Unit: milliseconds. */
export async function slowedDown(): Promise<readonly number[]> {
  const limiter = createLimiter({ store: memoryStore() });
  const waits: number[] = [];
  // #region throttle
  const guard = createGuard({ limiter, strategy: throttle({ maxDelayMs: 200, startAt: 0.5 }) });
  const perMinute = { bucket: "exports", limit: tokenBucket({ refillRate: 4 / 60, burst: 4 }) };

  // With 3, 2, 1 and 0 of the 4 tokens left: no delay, none, a quarter of the longest, all of it.
  for (let call = 0; call < 4; call += 1) waits.push(await guard.run(perMinute, ({ waitedMs }) => waitedMs));
  // #endregion
  await limiter.close();
  return waits;
}
