import { createFakeClock } from "@sluice/core/testing";
import { type Counter, slidingWindow, startSlackSimulator, tokenBucket } from "@sluice/simulators";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSlackApi, type SlackFactoryOptions } from "../index.js";
import { keptLog, newWorkspace, token } from "../test-support/clients.test-support.js";

/** The same numbers every time. */
function chance(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

interface Run {
  readonly method: string;
  readonly perMinute: number;
  readonly minutes: number;
  /** How the provider counts. */
  readonly counter: Counter;
  /** Longest way there, and back. Unit: milliseconds. */
  readonly wayMs: number;
  readonly seed: number;
  readonly options?: SlackFactoryOptions;
}

/** Callers that always want more, against a provider that counts what arrives, on a clock that stands still until told. */
async function drive({
  method,
  perMinute,
  minutes,
  counter,
  wayMs,
  seed,
  options,
}: Run): Promise<{ refused: number; arrivals: number[]; sent: number[] }> {
  const clock = createFakeClock();
  const random = chance(seed);
  const arrivals: number[] = [];
  const sent: number[] = [];
  let refused = 0;
  const way = (): Promise<void> => new Promise((resolve) => clock.setTimer(resolve, random() * wayMs));
  const fetch = (async () => {
    sent.push(clock.now());
    await way();
    const nowMs = clock.now();
    const free = counter.freeAtMs(nowMs) <= nowMs;
    if (free) {
      counter.take(nowMs);
      arrivals.push(nowMs);
    } else refused += 1;
    await way();
    return free
      ? new Response('{"ok":true}')
      : new Response('{"ok":false,"error":"ratelimited"}', { status: 429, headers: { "retry-after": "1" } });
  }) as never;
  const slack = createSlackApi(newWorkspace(), {
    token,
    fetch,
    clock,
    random,
    timeoutMs: Number.POSITIVE_INFINITY,
    maxRequestConcurrency: 1000,
    logger: keptLog(),
    env: {},
    ...options,
  });
  const until = { done: false };
  const callers = Array.from({ length: perMinute }, async () => {
    while (!until.done) await slack.apiCall(method).catch(() => {});
  });
  await clock.advance(minutes * 60_000);
  until.done = true;
  await slack.close();
  await clock.advance(2 * wayMs);
  await Promise.all(callers);
  return { refused, arrivals, sent };
}

function mostWithin(times: readonly number[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (const [index, atMs] of times.entries()) {
    while ((times[first] as number) + windowMs <= atMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

const tiers = [
  { method: "apps.icon.set", perMinute: 1 },
  { method: "users.list", perMinute: 20 },
  { method: "conversations.history", perMinute: 50 },
  { method: "users.info", perMinute: 100 },
  { method: "auth.test", perMinute: 600 },
] as const;

describe.each(tiers)("$method, $perMinute a minute", ({ method, perMinute }) => {
  const minutes = perMinute > 100 ? 2 : 4;

  it.each([0, 80, 1500])(
    "is never more than that in any 60 seconds, and all of it is used, at up to %i ms of way",
    async (wayMs) => {
      for (const seed of wayMs === 0 ? [1] : [1, 2]) {
        const { refused, arrivals, sent } = await drive({
          method,
          perMinute,
          minutes,
          counter: slidingWindow(perMinute),
          wayMs,
          seed,
        });
        expect(refused).toBe(0);
        expect(mostWithin(arrivals, 60_000)).toBeLessThanOrEqual(perMinute);
        // At most half of a minute's calls go at once, then what a second brings.
        expect(mostWithin(sent, 1000)).toBeLessThanOrEqual(Math.ceil(perMinute / 2) + Math.ceil(perMinute / 60));
        // The way there and back is no one's to use.
        expect(arrivals.length).toBeGreaterThanOrEqual(0.95 * perMinute * minutes * (60_000 / (60_000 + 2 * wayMs)));
      }
    },
  );
});

describe.each(tiers.slice(1, 4))(
  "$method against a provider that counts by a bucket of half a minute's calls",
  ({ method, perMinute }) => {
    it.each([0, 80, 200])("is never refused, and all of it is used, at up to %i ms of way", async (wayMs) => {
      const minutes = perMinute > 100 ? 2 : 4;
      for (const seed of wayMs === 0 ? [1] : [1, 2]) {
        const { refused, arrivals } = await drive({
          method,
          perMinute,
          minutes,
          counter: tokenBucket(perMinute, { share: 0.5 }),
          wayMs,
          seed,
        });
        expect(refused).toBe(0);
        expect(arrivals.length).toBeGreaterThanOrEqual(0.95 * perMinute * minutes * (60_000 / (60_000 + 2 * wayMs)));
      }
    });
  },
);

it("holds for real requests too: two clients and three methods at a Slack whose minute takes four seconds", async () => {
  const speed = 15;
  const simulator = await startSlackSimulator({ speed, latencyMs: 2 });
  onTestFinished(() => simulator.close());
  const workspace = newWorkspace();
  const make = () =>
    createSlackApi(workspace, {
      token,
      slackApiUrl: simulator.url,
      logger: keptLog(),
      env: {},
      timeoutMs: 60_000,
      quota: { minuteMs: 60_000 / speed },
    });
  const clients = [make(), make()];
  // Connections first, as in a process that has been up for a while.
  await Promise.all(clients.map((slack) => slack.auth.test()));
  const wanted = { "users.list": 20, "conversations.history": 50, "users.info": 100 };
  const args: Record<string, object> = {
    "users.info": { user: [...simulator.state.workspace().users.keys()][0] },
    "conversations.history": { channel: [...simulator.state.workspace().channels.keys()][0] },
  };
  await Promise.all(
    Object.entries(wanted).flatMap(([method, perMinute]) =>
      Array.from({ length: 1.5 * perMinute }, (_, n) => clients[n % 2]?.apiCall(method, { ...args[method] })),
    ),
  );
  expect(simulator.ledger.throttled()).toEqual([]);
  for (const [method, perMinute] of Object.entries(wanted)) {
    expect(simulator.ledger.count({ method, accepted: true })).toBe(1.5 * perMinute);
    expect(simulator.ledger.maxInWindow(method, 60_000)).toBeLessThanOrEqual(perMinute);
    expect(simulator.ledger.maxInWindow(method, 62_000)).toBeGreaterThanOrEqual(0.95 * perMinute);
  }
}, 60_000);
