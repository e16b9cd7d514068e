import { systemClock } from "@sluice/core";
import type { RedisStore } from "@sluice/limiter-redis";
import type { Redis } from "ioredis";
import type { Shape } from "./shapes.js";

/** What one kind of question costs a server. */
export interface ShapeCost {
  readonly name: string;
  readonly commandsPerSecond: number;
  readonly unitsPerSecond: number;
  /** All that the server's processor did for one command, reading and answering included. Unit: microseconds. */
  readonly processorUs: number;
  /** The script alone, as the server counts it. Unit: microseconds. */
  readonly scriptUs: number;
}

const IN_FLIGHT = 64;

/** Asks with many questions in flight for a while. */
export async function load(redis: Redis, store: RedisStore, shape: Shape, forMs: number): Promise<ShapeCost> {
  let units = 0;
  let asked = 0;
  const askUntil = async (endMs: number): Promise<void> => {
    while (systemClock.now() < endMs) {
      asked += 1;
      const charges = [{ bucket: "all", limit: shape.limit, cost: 1 }];
      const scope = `vendor:${asked % shape.buckets}`;
      const { slots } = await store.take({ scope, charges, ...shape.question, id: `q${asked}`, peek: false });
      for (const slot of slots) units += slot.units;
    }
  };
  const many = (ms: number): Promise<unknown> => {
    const endMs = systemClock.now() + ms;
    return Promise.all(Array.from({ length: IN_FLIGHT }, () => askUntil(endMs)));
  };

  await many(forMs / 4);
  units = 0;
  await redis.config("RESETSTAT");
  const before = await processorUs(redis);
  const startedMs = systemClock.now();
  await many(forMs);
  const seconds = (systemClock.now() - startedMs) / 1000;
  const usedUs = (await processorUs(redis)) - before;
  const { calls, scriptUs } = await scripts(redis);
  return {
    name: shape.name,
    commandsPerSecond: calls / seconds,
    unitsPerSecond: units / seconds,
    processorUs: usedUs / calls,
    scriptUs,
  };
}

/** Calls of scripts since the statistics were reset, and what one took on average. */
export async function scripts(redis: Redis): Promise<{ readonly calls: number; readonly scriptUs: number }> {
  const stats = await redis.info("commandstats");
  let calls = 0;
  let spentUs = 0;
  for (const [, count, us] of stats.matchAll(/cmdstat_(?:evalsha|eval|fcall):calls=(\d+),usec=(\d+)/g)) {
    calls += Number(count);
    spentUs += Number(us);
  }
  return { calls, scriptUs: spentUs / calls };
}

async function processorUs(redis: Redis): Promise<number> {
  const info = await redis.info("cpu");
  const seconds = [...info.matchAll(/used_cpu_(?:sys|user):([\d.]+)/g)].reduce(
    (sum, [, text]) => sum + Number(text),
    0,
  );
  return seconds * 1e6;
}
