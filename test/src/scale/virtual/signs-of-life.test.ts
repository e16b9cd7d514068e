import { tokenBucket } from "@sluice/limiter";
import { expect, it } from "vitest";
import { createFleet } from "./fleet.js";

it("processes know of one another soon after they began, and forget who is silent", async () => {
  const fleet = createFleet({ seed: 1, roundTripMs: 1, jitter: 0, timerGrainMs: 0, serviceUs: 10 });
  const limit = tokenBucket({ refillRate: 10, burst: 3 });
  const peers = (): (number | undefined)[] => [0, 1, 2].map((process) => fleet.process(process).store.peers);
  for (const process of [0, 1, 2]) void fleet.process(process).limiter("acme").tryAcquire({ bucket: "a", limit });
  await fleet.clock.runUntil(500);
  expect(peers()).toEqual([3, 3, 3]);
  await fleet.process(2).close();
  await fleet.clock.runUntil(10_000);
  expect(peers()).toEqual([2, 2, 3]);
  expect([fleet.server.traffic.commands, fleet.server.traffic.signsOfLife]).toEqual([3, 14]);
  await fleet.close();
});
