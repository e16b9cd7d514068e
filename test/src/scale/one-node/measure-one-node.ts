import { cpus } from "node:os";
import { redisStore } from "@sluice/limiter-redis";
import { Redis } from "ioredis";
import { startRedisServer } from "../../redis-server/index.js";
import { type DebitsCost, measureDebits } from "./debits.js";
import { load, type ShapeCost } from "./load.js";
import { shapes } from "./shapes.js";

/** What one server carries, measured here and now. */
export interface OneNodeFigures {
  readonly machine: { readonly processor: string; readonly node: string; readonly redis: string };
  readonly shapes: readonly ShapeCost[];
  readonly debits: readonly DebitsCost[];
}

/** How much is measured. */
export interface MeasurePlan {
  /** Of each shape. Unit: milliseconds. */
  readonly forMs: number;
  /** What is booked in a bucket when its commands are timed, in rising order from 0. */
  readonly debitsAhead: readonly number[];
}

const COMMAND_TIMEOUT_MS = 60_000;

export async function measureOneNode(
  { forMs, debitsAhead }: MeasurePlan,
  onStep: (step: string) => void = () => {},
): Promise<OneNodeFigures> {
  await using server = await startRedisServer();
  const redis = new Redis(server.url);
  const store = redisStore({ url: server.url, onStoreError: "closed", commandTimeoutMs: COMMAND_TIMEOUT_MS });
  try {
    const costs: ShapeCost[] = [];
    for (const shape of shapes) {
      onStep(`a real server, ${shape.name}`);
      await redis.flushall();
      costs.push(await load(redis, store, shape, forMs));
    }
    onStep("a real server, debits ahead");
    const debits = await measureDebits(redis, store, debitsAhead);
    const version = /redis_version:(\S+)/.exec(await redis.info("server"))?.[1] ?? "unknown";
    const processor = cpus()[0]?.model.trim() ?? "unknown";
    return { machine: { processor, node: process.version, redis: version }, shapes: costs, debits };
  } finally {
    await store.close();
    redis.disconnect();
  }
}
