import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { jain, worstExcess } from "../src/fleet/ledger.js";
import { runFleet } from "../src/fleet/run-fleet.js";
import { lengthS, overlap } from "../src/soak/spans.js";
import { watchServer } from "./server-stalls.js";

const bound = { refillRate: 50, burst: 20 };

for (const how of ["at once", "in turns"] as const) {
  it(`four processes share one bucket ${how}: all of it is used, none of it twice`, { timeout: 60_000 }, async () => {
    await using server = await startRedisServer();
    const redis = new Redis(server.url);
    const commandsBefore = await scriptCalls(redis);
    const watch = watchServer(redis);
    const reports = await runFleet(4, { url: server.url, calls: 100, how, ...bound });
    const stalls = await watch.stop();
    const commandsPerGrant = ((await scriptCalls(redis)) - commandsBefore) / 400;
    redis.disconnect();

    const atUs = reports.flatMap((report) => report.atUs).toSorted((a, b) => a - b);
    const whole = { fromUs: atUs[0] as number, toUs: atUs.at(-1) as number };
    // What a full bucket cannot hold is lost while nobody is served.
    const stalledS = lengthS(stalls.flatMap((span) => overlap(span, whole)));
    const tookS = lengthS([whole]) - stalledS;
    const idealS = (400 - bound.burst) / bound.refillRate;
    const half = new Set(atUs.slice(0, 200));
    const shares = reports.map((report) => report.atUs.filter((us) => half.has(us)).length);
    const lagMs = reports
      .flatMap(({ atUs: own, seenMs }) => own.map((us, index) => (seenMs[index] as number) - us / 1000))
      .toSorted((a, b) => a - b);
    const excess = worstExcess(atUs, bound);
    console.log(
      `${how}: excess ${excess.toFixed(3)} tokens, utilisation ${(idealS / tookS).toFixed(4)}, ${commandsPerGrant.toFixed(2)} commands per grant, ` +
        `Jain at half time ${jain(shares).toFixed(4)} (${shares.join("/")}), lag p50 ${lagMs[200]?.toFixed(1)} ms, p99 ${lagMs[395]?.toFixed(1)} ms, stalls ${stalledS.toFixed(1)} s`,
    );
    expect(atUs).toHaveLength(400);
    expect(excess).toBeLessThanOrEqual(0);
    expect(idealS / tookS).toBeGreaterThan(0.97);
  });
}

async function scriptCalls(redis: Redis): Promise<number> {
  const stats = await redis.info("commandstats");
  return [...stats.matchAll(/cmdstat_(?:evalsha|eval):calls=(\d+)/g)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );
}
