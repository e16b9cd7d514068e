import { systemClock } from "@sluice/core";
import { createBreaker, createLimiter, slidingWindow, tokenBucket } from "@sluice/limiter";
import { redisBreakerStore, redisStore } from "@sluice/limiter-redis";
import { createPolicyEngine } from "@sluice/policy";
import { onTestFinished } from "vitest";

/** A fleet at work in this process. */
export interface BusyFleet {
  /** Makes more calls. */
  work(): Promise<void>;
}

/** What somebody might call a bucket, an account, or himself, to see what a page makes of it. */
export const hostile = `"><img src=x onerror="window.harmed=1"><script>window.harmed=1</script>\u202Egnp`;

/** The same for a bucket, whose name in Redis is short. */
export const hostileBucket = `<img src=x>&amp;'"\u202Ecod`;

/** Three providers, calls that wait, 429s, breakers, overrides and changes; names among them that try to harm. Ends with the test. */
export async function busyFleet(place: { readonly url: string; readonly prefix: string }): Promise<BusyFleet> {
  // A Redis that stands still for a while is not away: what is shown shall be in it.
  const where = { ...place, commandTimeoutMs: 10_000 };
  const store = redisStore(where);
  const breakerStore = redisBreakerStore(where);
  const engine = createPolicyEngine({ redis: where, policies: [], author: "deploy" });
  const slack = createLimiter({ store, provider: "slack", account: "acme" });
  const github = createLimiter({ store, provider: "github", account: "octo" });
  const gitlab = createLimiter({ store, provider: "gitlab", account: "group" });
  const over = new AbortController();
  onTestFinished(async () => {
    over.abort();
    await Promise.all([slack.close(), github.close(), gitlab.close(), engine.close()]);
    await Promise.all([store.close(), breakerStore[Symbol.asyncDispose]()]);
  });
  const chat = { bucket: "chat.postMessage", limit: tokenBucket({ refillRate: 1, burst: 20 }) };
  const list = { bucket: "users.list", limit: tokenBucket({ refillRate: 0.01, burst: 5 }) };
  const core = { bucket: "core", limit: slidingWindow({ limit: 5000, windowMs: 3_600_000 }) };
  const search = { bucket: "search", limit: slidingWindow({ limit: 30, windowMs: 60_000 }) };
  const api = { bucket: "api", limit: tokenBucket({ refillRate: 30, burst: 60 }) };
  for (let call = 0; call < 5; call += 1) await slack.tryAcquire(list);
  for (let call = 0; call < 3; call += 1)
    slack.acquire(list, { timeoutMs: Infinity, signal: over.signal }).catch(() => {});
  await slack.tryAcquire({ ...list, bucket: hostileBucket });
  for (let call = 0; call < 27; call += 1) await github.tryAcquire(search);
  await slack.observe(chat, { retryAfterMs: 10 });

  const gates = createBreaker({ name: "gitlab", store: breakerStore });
  await gates.run(async () => {});
  const billing = createBreaker({ name: "billing", store: breakerStore, consecutiveFailures: 1, openMs: 600_000 });
  await billing.run(() => Promise.reject(new Error("down"))).catch(() => {});
  await engine.policies.add({ name: "per-user", scope: "user", windows: [{ limit: 100, per: "minute" }] });
  const until = systemClock.wallNow() + 7_200_000;
  await engine.overrides.grant({
    subject: { user: "alice" },
    kind: "grant",
    multiply: 5,
    until,
    reason: "month-end closing",
    author: "ops",
  });
  await engine.overrides.grant({
    subject: { tenant: hostile },
    kind: "allow",
    until: until - 3_600_000,
    reason: hostile,
    author: hostile,
  });
  await engine.breakers.force("gitlab", "closed", { forMs: 900_000, reason: "false alarm", author: "ops" });
  return {
    async work() {
      await Promise.all([
        ...Array.from({ length: 3 }, () => slack.tryAcquire(chat)),
        ...Array.from({ length: 14 }, () => github.tryAcquire(core)),
        ...Array.from({ length: 8 }, () => gitlab.tryAcquire(api)),
        slack.tryAcquire(list),
      ]);
      await engine.check({ user: "carol" });
    },
  };
}
