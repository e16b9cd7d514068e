import type { RedisStore } from "@sluice/limiter-redis";
import { tokenBucket } from "@sluice/limiter";
import type { Redis } from "ioredis";
import { scripts } from "./load.js";

/** What a command costs when so many debits lie in its bucket's future. */
export interface DebitsCost {
  readonly debits: number;
  /** The script alone, as the server counts it. Unit: microseconds. */
  readonly scriptUs: number;
}

const COMMANDS = 5;
/** So slow that the bucket does not get ahead of the one that books. */
const RATE = 1;
/** Once a command keeps the server busy for so long, more debits are not tried. Unit: microseconds. */
const TOO_LONG_US = 20_000;

/** Books a bucket's future, chunk by chunk as a fleet does, and then times a few commands more. */
export async function measureDebits(
  redis: Redis,
  store: RedisStore,
  debitsAhead: readonly number[],
): Promise<readonly DebitsCost[]> {
  const costs: DebitsCost[] = [];
  const charges = [{ bucket: "far", limit: tokenBucket({ refillRate: RATE, burst: 20 }), cost: 1 }];
  let asked = 0;
  const book = async (): Promise<number> => {
    asked += 1;
    const { nowUs, nextUs } = await store.take({
      scope: "vendor:booked",
      charges,
      count: 4,
      ahead: 4,
      group: 1,
      withinMs: Number.POSITIVE_INFINITY,
      id: `b${asked}`,
      peek: false,
    });
    return ((nextUs - nowUs) / 1e6) * RATE;
  };
  let booked = 0;
  for (const debits of debitsAhead) {
    if ((costs.at(-1)?.scriptUs ?? 0) > TOO_LONG_US) break;
    while (booked < debits) booked = await book();
    await redis.config("RESETSTAT");
    for (let command = 0; command < COMMANDS; command += 1) booked = await book();
    costs.push({ debits, scriptUs: (await scripts(redis)).scriptUs });
  }
  return costs;
}
