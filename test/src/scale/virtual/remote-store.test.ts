import { tokenBucket } from "@sluice/limiter";
import { expect, it } from "vitest";
import { createFleet } from "./fleet.js";

const terrain = { seed: 1, roundTripMs: 1, jitter: 0, timerGrainMs: 0, serviceUs: 100 };
const limit = tokenBucket({ refillRate: 10, burst: 3 });

it("questions of one turn and account travel in one command, and are answered a round trip later", async () => {
  const { clock, process, server } = createFleet(terrain);
  const heard: string[] = [];
  const ask = (account: string, bucket: string): void =>
    void process(0)
      .limiter(account)
      .tryAcquire({ bucket, limit })
      .then(({ kind }) => heard.push(`${account}/${bucket} ${kind} after ${clock.now().toFixed(1)} ms`));
  ask("one", "a");
  ask("one", "b");
  ask("other", "a");
  await clock.runUntil(10);
  expect(server.traffic.commands).toBe(2);
  expect([...server.traffic.byScope]).toEqual([
    ["vendor:one", 1],
    ["vendor:other", 1],
  ]);
  // The second command stood behind the first.
  expect(heard).toEqual(["one/a allowed after 1.1 ms", "one/b allowed after 1.1 ms", "other/a allowed after 1.2 ms"]);
  expect(server.traffic.longestLineMs).toBeCloseTo(0.1);
});

it("a pause that one process observes reaches those who wait in another", async () => {
  const { clock, process } = createFleet(terrain);
  const [one, other] = [process(0).limiter("acme"), process(1).limiter("acme")];
  const granted: number[] = [];
  for (let call = 0; call < 4; call += 1)
    void other.acquire({ bucket: "a", limit }).then(() => granted.push(Math.round(clock.now())));
  await clock.runUntil(20);
  await Promise.all([one.observe({ bucket: "a", limit }, { retryAfterMs: 1000, refused: false }), clock.runUntil(900)]);
  expect(granted).toHaveLength(3);
  await clock.runUntil(1500);
  expect(granted).toHaveLength(4);
  expect(granted.at(-1)).toBeGreaterThanOrEqual(1020);
});
