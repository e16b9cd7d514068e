import { createFakeClock, type FakeClock } from "@sluice/core/testing";
import { startRedisServer } from "@sluice/test/redis-server";
import { expect, it, onTestFinished } from "vitest";
import type { GitHubFactoryOptions } from "../client/options.js";
import { factory } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

interface Windows {
  /** What strangers have left of the window in which we begin. */
  readonly left: number;
  /** When that ends, and the next ones, which are whole. Unit: milliseconds of the clock. */
  readonly resetMs: number;
  readonly limit: number;
  readonly windowMs: number;
}

/** GitHub's primary limit, on the test's clock; its windows end when it says so, whoever uses them. */
async function github(clock: Pick<FakeClock, "wallNow">, { left: begun, resetMs, limit, windowMs }: Windows) {
  const served: number[] = [];
  let [window, left, refused] = [0, begun, 0];
  const server = await startServer(() => {
    const now = Math.max(0, Math.floor((clock.wallNow() - resetMs) / windowMs) + 1);
    if (now > window) [window, left] = [now, limit];
    const granted = left > 0;
    if (granted) {
      left -= 1;
      served[window] = (served[window] ?? 0) + 1;
    } else refused += 1;
    return {
      status: granted ? 200 : 403,
      headers: {
        date: new Date(clock.wallNow()).toUTCString(),
        "x-ratelimit-remaining": String(left),
        "x-ratelimit-reset": String((resetMs + window * windowMs) / 1000),
        "x-ratelimit-resource": "core",
      },
      body: granted ? {} : { message: "API rate limit exceeded for user ID 1." },
    };
  });
  return { origin: server.origin, served, refused: () => refused };
}

const epochMs = Date.parse("2026-11-01T12:00:00Z");

/** The answer, or the error. A fake clock moves on when for a while nothing else does, so that who waits a little does not hang. */
async function ask(client: ReturnType<typeof factory>, clock: Partial<FakeClock> = {}): Promise<unknown> {
  const state = { ended: false };
  const asked = client
    .request("GET /user")
    .catch((error: unknown) => error)
    .finally(() => (state.ended = true));
  for (let turns = 1; clock.advance !== undefined && !state.ended; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (turns % 200 === 0) await clock.advance(1);
  }
  return asked;
}

it.each([0, 1, 5])("with %d left calls go again after GitHub's reset, and not after an hour of ours", async (left) => {
  const clock = createFakeClock(epochMs);
  const server = await github(clock, { left, resetMs: epochMs + 2000, limit: 5000, windowMs: 3_600_000 });
  // So little time that a call which has to wait longer fails at once.
  const client = factory(server.origin, { clock, timeoutMs: 200 });
  for (let n = 0; n < left; n += 1) expect(await ask(client, clock)).toMatchObject({ status: 200 });
  // Of nothing left only a refusal tells.
  if (left === 0) expect(await ask(client, clock)).not.toMatchObject({ status: 200 });
  const early = await ask(client, clock);
  expect(early).toMatchObject({ code: "LIMIT_EXCEEDED" });
  expect((early as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(2000);
  await clock.advance(epochMs + 1700 - clock.wallNow());
  expect(await ask(client, clock)).toMatchObject({ code: "LIMIT_EXCEEDED" });
  await clock.advance(epochMs + 2000 - clock.wallNow());
  for (let n = 0; n < 20; n += 1) expect(await ask(client, clock)).toMatchObject({ status: 200 });
  expect(server.refused()).toBe(left === 0 ? 1 : 0);
});

it("calls that wait for GitHub's reset go when it has come", async () => {
  const server = await github(
    { wallNow: Date.now },
    {
      left: 2,
      resetMs: (Math.ceil(Date.now() / 1000) + 2) * 1000,
      limit: 5000,
      windowMs: 3_600_000,
    },
  );
  const client = factory(server.origin, { timeoutMs: 20_000 });
  const startedMs = Date.now();
  for (let n = 0; n < 6; n += 1) expect(await ask(client)).toMatchObject({ status: 200 });
  // GitHub's clock shows whole seconds.
  expect(Date.now() - startedMs).toBeGreaterThan(1900);
  expect(Date.now() - startedMs).toBeLessThan(6000);
  expect(server.refused()).toBe(0);
});

it.each([
  ["memory", 3],
  ["memory", 12],
  ["Redis", 2],
])("in %s, %d s into GitHub's windows, nearly all of each is used, and no refusal met", async (where, phaseS) => {
  const windowMs = where === "Redis" ? 6000 : 18_000;
  const [clock, shared] = await whereabouts(where);
  const resetMs = Math.ceil(clock.wallNow() / 1000) * 1000 + windowMs - phaseS * 1000;
  const server = await github(clock, { left: 40, resetMs, limit: 100, windowMs });
  const quota = { tier: "user", resources: { core: 100 }, minuteMs: windowMs / 60, secondary: false } as const;
  const client = factory(server.origin, { ...shared, timeoutMs: where === "Redis" ? 50 : 3, quota });
  // Windows that ended while we were there.
  const most = where === "Redis" ? 2 : 5;
  const untilMs = resetMs + (most - 1) * windowMs;
  while (clock.wallNow() < untilMs) {
    await ask(client, clock);
    await rest(clock, where === "Redis" ? 5 : windowMs / 200);
  }
  for (let window = 1; window < most; window += 1) expect(server.served[window]).toBeGreaterThanOrEqual(97);
  expect(server.served[0]).toBe(40);
  expect(server.refused()).toBe(0);
});

async function whereabouts(
  where: string,
): Promise<readonly [Pick<FakeClock, "wallNow"> & Partial<FakeClock>, GitHubFactoryOptions]> {
  if (where === "memory") {
    const clock = createFakeClock(epochMs);
    return [clock, { clock }];
  }
  const redis = await startRedisServer();
  onTestFinished(() => redis.stop());
  return [{ wallNow: Date.now }, { redis: redis.url }];
}

async function rest(clock: Partial<FakeClock>, ms: number): Promise<void> {
  if (clock.advance === undefined) await new Promise((resolve) => setTimeout(resolve, ms));
  else await clock.advance(ms);
}
