import { type Charge, leakyBucket, slidingWindow, tokenBucket } from "@sluice/limiter";
import { type RedisServer, say } from "@sluice/test/redis-server";
import { expect } from "vitest";
import { worstExcess } from "../src/fleet/ledger.js";
import { askFor, clockFault, drain, longestGapMs, member, ms, startAddress, startTimed } from "./d-support.js";
import { watchStalls } from "../src/stalls/index.js";

const OFFSET_MS = 3000;
/** Until the client has noticed, come back, and asked again. Unit: milliseconds. */
const FAILOVER_MS = 2000;

function following(port: number): string[] {
  return ["--replicaof", "127.0.0.1", String(port), "--repl-diskless-sync-delay", "0"];
}

async function offset(server: RedisServer): Promise<number> {
  return Number(/master_repl_offset:(\d+)/.exec(await say(server, "INFO", "replication"))?.[1]);
}

for (const [where, offsetMs] of [
  ["ahead of", OFFSET_MS],
  ["behind", -OFFSET_MS],
] as const) {
  clockFault(
    {
      id: "D5",
      fault: `the replica's clock is three seconds ${where} the primary's, failover`,
      expected: `admits no more on top than what comes in ${offsetMs > 0 ? "three seconds" : "no time"}, and refuses no longer than without it`,
      slow: true,
    },
    async () => {
      await using primary = await startTimed();
      await using replica = await startTimed(following(primary.server.port));
      replica.time.set(offsetMs);
      await expect
        .poll(() => say(replica.server, "INFO", "replication"), { timeout: 20_000 })
        .toContain("link_status:up");
      await using address = await startAddress(primary.server.port);
      await using own = member(address.url);
      const charges: { charge: Charge; rate: number; burst: number }[] = [
        { charge: { bucket: "token bucket", limit: tokenBucket({ refillRate: 4, burst: 30 }) }, rate: 4, burst: 30 },
        { charge: { bucket: "leaky bucket", limit: leakyBucket({ rate: 4 }) }, rate: 4, burst: 1 },
        // It ends three seconds early, and no more than once.
        { charge: { bucket: "window", limit: slidingWindow({ limit: 8, windowMs: 4000 }) }, rate: 2, burst: 8 },
      ];
      const taken: number[][] = [];
      for (const { charge } of charges) taken.push(await drain(own.limiter, charge));
      await expect
        .poll(async () => (await offset(primary.server)) - (await offset(replica.server)), { timeout: 10_000 })
        .toBe(0);
      await primary.server.kill();
      await say(replica.server, "REPLICAOF", "NO", "ONE");
      address.lead(replica.server.port);
      const fromMs = performance.now();
      const FOR_MS = 3500;
      const figures = await Promise.all(
        charges.map(async ({ charge, rate, burst }, index) => {
          const { atUs } = await askFor(own.limiter, charge, FOR_MS);
          const excess = Math.max(0, worstExcess([...(taken[index] ?? []), ...atUs], { refillRate: rate, burst }));
          const longest = longestGapMs(fromMs, atUs, fromMs + FOR_MS);
          const extraAtMost = charge.bucket === "window" ? burst : (Math.max(0, offsetMs) / 1000) * rate;
          expect(excess, charge.bucket).toBeLessThanOrEqual(extraAtMost + 1);
          if (charge.bucket !== "window") expect(longest, charge.bucket).toBeLessThan(FAILOVER_MS + 1000 / rate);
          return `${charge.bucket} ${excess.toFixed(1)} over, longest refusal ${ms(longest)}`;
        }),
      );
      return figures.join("; ");
    },
  );
}

const bound = { refillRate: 50, burst: 10 };

for (const [forMs, slow] of [
  [2000, false],
  [60_000, true],
] as const) {
  clockFault(
    {
      id: "D6",
      fault: `clocks drift apart by 1 % for ${forMs / 1000} s, the store's faster and slower than its callers'`,
      expected: "admits 1 % more or less, and a token or two, which is all there is to see",
      slow,
      timeoutMs: 2 * forMs + 30_000,
    },
    async () => {
      const ratios = await Promise.all(
        [1.01, 0.99].map(async (pace) => {
          await using timed = await startTimed();
          timed.time.set(0, pace);
          await using one = member(timed.server.url);
          await using two = member(timed.server.url);
          const charge = { bucket: "drift", limit: tokenBucket(bound) };
          const atUs: number[] = [];
          const fromMs = performance.now();
          using stalls = watchStalls();
          const callers = [one, two].flatMap(({ limiter }) =>
            Array.from({ length: 3 }, async () => {
              while (performance.now() - fromMs < forMs) {
                await limiter.acquire(charge);
                atUs.push(performance.now() * 1000);
              }
            }),
          );
          await Promise.all(callers);
          const elapsedMs = performance.now() - fromMs;
          const allowed = bound.burst + (bound.refillRate * elapsedMs) / 1000;
          // What is left unused while this process stands still is lost, but for the burst.
          const least = bound.burst + (bound.refillRate * (elapsedMs - stalls.totalMs)) / 1000;
          // Clocks are read at two ends of a connection, and each process books a chunk ahead.
          // After a stall a grant of each of the six callers is seen late.
          const most = stalls.longestMs < 50 ? 5 : 6 + 1;
          const excess = worstExcess(atUs, { ...bound, refillRate: bound.refillRate * Math.max(1, pace) });
          expect(excess, `pace ${pace}`).toBeLessThanOrEqual(most);
          expect(atUs.length, `pace ${pace}`).toBeLessThanOrEqual(allowed * Math.max(1, pace) + 5);
          expect(atUs.length, `pace ${pace}`).toBeGreaterThan(least * pace * 0.8);
          expect([...one.events, ...two.events]).toEqual([]);
          return `${((pace - 1) * 100).toFixed(0)} %: admitted ÷ bound ${(atUs.length / allowed).toFixed(3)}`;
        }),
      );
      return ratios.join(", ");
    },
  );
}
