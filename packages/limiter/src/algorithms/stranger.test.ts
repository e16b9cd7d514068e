import { createFakeClock, type FakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createLimiter } from "../limiter/create-limiter.js";
import type { Limiter } from "../limiter/limiter.js";
import type { Limit } from "../limits/limit.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { slidingWindow } from "../limits/windows.js";
import { memoryStore } from "../memory/memory-store.js";

/** A provider that counts for itself, whoever comes: says how long to stay away when it refuses. */
interface Provider {
  ask(nowMs: number): number | undefined;
}

function bucketProvider(rate: number, burst: number): Provider {
  let level = burst;
  let atMs = 0;
  return {
    ask(nowMs) {
      level = Math.min(burst, level + ((nowMs - atMs) * rate) / 1000);
      atMs = nowMs;
      if (level < 1) return Math.ceil((1 - level) / rate) * 1000;
      level -= 1;
      return undefined;
    },
  };
}

/** A stranger who always gets his part: the provider has that much less for us, until he leaves. */
function lessProvider(rate: number, burst: number, part: number, untilMs: number): Provider {
  let level = burst;
  let atMs = 0;
  return {
    ask(nowMs) {
      const left = nowMs < untilMs ? rate * (1 - part) : rate;
      level = Math.min(burst, level + ((nowMs - atMs) * left) / 1000);
      atMs = nowMs;
      if (level < 1) return Math.ceil((1 - level) / left) * 1000;
      level -= 1;
      return undefined;
    },
  };
}

function windowProvider(limit: number, windowMs: number): Provider {
  let seen: number[] = [];
  return {
    ask(nowMs) {
      seen = seen.filter((atMs) => atMs > nowMs - windowMs);
      if (seen.length >= limit) return Math.ceil(((seen[0] as number) + windowMs - nowMs) / 1000) * 1000;
      seen.push(nowMs);
      return undefined;
    },
  };
}

interface Request {
  readonly atMs: number;
  readonly refused: boolean;
}

const WAY_MS = 6;

/** Callers of four processes who always have something to send, and a stranger who takes his part until he leaves. */
async function share(
  clock: FakeClock,
  provider: Provider,
  limit: Limit,
  stranger: { readonly everyMs: number; readonly untilMs: number },
  lengthMs: number,
): Promise<Request[]> {
  const store = memoryStore({ clock });
  const requests: Request[] = [];
  const charge = { bucket: "shared", limit };
  const later = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimer(resolve, ms));
  const call = async (limiter: Limiter): Promise<void> => {
    while (clock.now() < lengthMs) {
      await limiter.acquire(charge, { timeoutMs: Number.POSITIVE_INFINITY });
      await later(WAY_MS);
      const retryAfterMs = provider.ask(clock.now());
      requests.push({ atMs: clock.now(), refused: retryAfterMs !== undefined });
      await later(WAY_MS);
      if (retryAfterMs !== undefined) await limiter.observe(charge, { retryAfterMs });
    }
  };
  // Not quite regular, as strangers are; the same each time.
  let seed = 7;
  const uneven = (): number => ((seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647) * 2;
  const strange = (): void => {
    if (clock.now() >= stranger.untilMs) return;
    provider.ask(clock.now());
    clock.setTimer(strange, stranger.everyMs * uneven());
  };
  strange();
  for (let process = 0; process < 4; process += 1) {
    const limiter = createLimiter({ store, clock });
    for (let caller = 0; caller < 5; caller += 1) void call(limiter);
  }
  await clock.advance(lengthMs);
  return requests;
}

function between(requests: readonly Request[], fromMs: number, toMs: number) {
  const inside = requests.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  const refused = inside.filter((request) => request.refused).length;
  return { refused: refused / inside.length, perSecond: ((inside.length - refused) / (toMs - fromMs)) * 1000 };
}

describe("a quota that a stranger uses too, unseen", () => {
  it("is used to the last twentieth of what he leaves, with few refusals, and whole again within a minute of his leaving", async () => {
    const clock = createFakeClock();
    const provider = bucketProvider(10, 20);
    const requests = await share(
      clock,
      provider,
      tokenBucket({ refillRate: 10, burst: 20 }),
      { everyMs: 1000 / 3, untilMs: 400_000 },
      520_000,
    );
    const settled = between(requests, 60_000, 400_000);
    const alone = between(requests, 460_000, 520_000);
    console.log(
      `token bucket: ${(settled.refused * 100).toFixed(2)} % refused, ${((settled.perSecond / 7) * 100).toFixed(1)} % of what is left used; ` +
        `a minute after he left ${((alone.perSecond / 10) * 100).toFixed(1)} % of all`,
    );
    expect(settled.refused).toBeLessThanOrEqual(0.03);
    expect(settled.perSecond / 7).toBeGreaterThanOrEqual(0.95);
    expect(alone.perSecond / 10).toBeGreaterThanOrEqual(0.99);
    expect(alone.refused).toBe(0);
  }, 60_000);

  it("is used as well beside a stranger who is never refused", async () => {
    const clock = createFakeClock();
    const nobody = { everyMs: 1, untilMs: 0 };
    const provider = lessProvider(10, 20, 0.3, 400_000);
    const requests = await share(clock, provider, tokenBucket({ refillRate: 10, burst: 20 }), nobody, 520_000);
    const settled = between(requests, 60_000, 400_000);
    const alone = between(requests, 460_000, 520_000);
    console.log(
      `never refused himself: ${(settled.refused * 100).toFixed(2)} % refused, ${((settled.perSecond / 7) * 100).toFixed(1)} % of what is left used`,
    );
    expect(settled.refused).toBeLessThanOrEqual(0.03);
    expect(settled.perSecond / 7).toBeGreaterThanOrEqual(0.95);
    expect(alone.perSecond / 10).toBeGreaterThanOrEqual(0.99);
  }, 60_000);

  it("is shared as well where the provider counts a window", async () => {
    const clock = createFakeClock();
    const provider = windowProvider(600, 60_000);
    const limit = slidingWindow({ limit: 600, windowMs: 60_000 });
    const requests = await share(clock, provider, limit, { everyMs: 333, untilMs: 900_000 }, 900_000);
    const settled = between(requests, 240_000, 900_000);
    console.log(
      `window: ${(settled.refused * 100).toFixed(2)} % refused, ${((settled.perSecond / 7) * 100).toFixed(1)} % of what is left used`,
    );
    expect(settled.refused).toBeLessThanOrEqual(0.03);
    expect(settled.perSecond / 7).toBeGreaterThanOrEqual(0.9);
  }, 60_000);

  it("costs nothing where there is no stranger", async () => {
    const clock = createFakeClock();
    const requests = await share(
      clock,
      bucketProvider(10, 24),
      tokenBucket({ refillRate: 10, burst: 20 }),
      { everyMs: 1, untilMs: 0 },
      100_000,
    );
    expect(between(requests, 0, 100_000).refused).toBe(0);
    expect(between(requests, 10_000, 100_000).perSecond).toBeGreaterThan(9.95);
  });

  it("never becomes larger by what a provider says", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ store: memoryStore({ clock }), clock });
    const charge = { bucket: "b", limit: tokenBucket({ refillRate: 10, burst: 20 }) };
    let granted = 0;
    for (let ms = 0; ms < 120_000; ms += 50) {
      if ((await limiter.tryAcquire(charge)).kind === "allowed") granted += 1;
      if (ms % 7000 === 0) await limiter.observe(charge, { retryAfterMs: ms % 3 === 0 ? 1 : 300, remaining: 1e6 });
      await clock.advance(50);
    }
    expect(granted).toBeLessThanOrEqual(20 + 10 * 120);
  });

  it("is believed whole again when a refusal stays alone", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ store: memoryStore({ clock }), clock });
    const charge = { bucket: "b", limit: tokenBucket({ refillRate: 10, burst: 1 }) };
    await limiter.observe(charge, { retryAfterMs: 1000 });
    await clock.advance(1000);
    const startedMs = clock.now();
    const waiting = Promise.all(Array.from({ length: 51 }, () => limiter.acquire(charge)));
    await clock.advance(6000);
    await waiting;
    expect(clock.now() - startedMs).toBe(6000);
    expect(await limiter.peek(charge)).toMatchObject({ kind: "allowed", remaining: 1 });
  });
});
