// #region imports
import {
  createFailureBackoff,
  createGuard,
  createLimiter,
  createLoadShedder,
  degrade,
  memoryStore,
  throttleBytes,
  tokenBucket,
} from "@sluice/limiter";
// #endregion
// #region imports-jobs
import { createJobs } from "@sluice/limiter";
// #endregion
import { createClient, type Report } from "./reports.js";

export async function guarded(): Promise<{ first: Report; second: Report; job: string; bytes: number }> {
  const client = createClient();
  // #region guard
  const limiter = createLimiter({ store: memoryStore() });
  const charge = { bucket: "reports", limit: tokenBucket({ refillRate: 0.1, burst: 1 }) };
  const guard = createGuard({ limiter, strategy: degrade({ stale: true }) });
  const report = () => guard.run(charge, () => client.report());
  // #endregion
  const first = await report();
  const second = await report();
  // #region jobs
  const jobs = createJobs({ limiter, max: 20, perNamespace: 5, leaseMs: 10_000 });
  const job = await jobs.run((signal) => client.rebuild({ signal }), { namespace: "team-a" });
  // #endregion
  // #region others
  const backoff = createFailureBackoff({ baseMs: 1000, maxMs: 60_000 });
  await backoff.run("team-a/rebuild", () => client.rebuild({})); // BACKING_OFF for a while after a failure

  const shedder = createLoadShedder({ maxEventLoopDelayMs: 100, maxHeapRatio: 0.9 });
  await shedder.run(() => client.report()); // PROCESS_OVERLOADED while there is too much to do

  const perSecond = tokenBucket({ refillRate: 1_000_000, burst: 250_000 });
  let bytes = 0;
  for await (const piece of throttleBytes(client.export(), limiter, { bucket: "export", limit: perSecond }))
    bytes += piece.byteLength;
  // #endregion
  shedder.close();
  await limiter.close();
  return { first, second, job, bytes };
}
