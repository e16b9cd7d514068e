import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import type { Bound } from "@sluice/test/fleet";
import { Redis } from "ioredis";
import { nowUs, sleep } from "../clock.js";
import { type Child, startChild } from "../children/start-child.js";
import type { WaitingHandlers } from "./worker.js";

/** Who waits, and for what. */
export interface FleetOptions {
  readonly name: string;
  readonly bound: Bound;
  readonly processes: number;
  /** How wrong the date of each process is; 0 for those not named. Unit: milliseconds. */
  readonly skewsMs?: readonly number[];
  /** Called with what a process tells unasked. */
  readonly onEvent?: (process: number, event: unknown) => void;
}

/** Processes with one peer and one Redis of their own, connected and ready. */
export interface Fleet {
  readonly children: readonly Child<WaitingHandlers>[];
  readonly server: RedisServer;
  /** For looking at the server; none of the fleet uses it. */
  readonly redis: Redis;
  /** When all begin. Unit: microseconds of `nowUs`. */
  readonly startUs: number;
}

/** Starts a fleet, lets it be used, and ends it. */
export async function withFleet<Result>(
  { name, bound, processes, skewsMs = [], onEvent }: FleetOptions,
  use: (fleet: Fleet) => Promise<Result>,
): Promise<Result> {
  await using server = await startRedisServer();
  const redis = new Redis(server.url, { retryStrategy: () => 50 });
  redis.on("error", () => {});
  const children = Array.from({ length: processes }, (_, index) =>
    startChild<WaitingHandlers>("waiting/worker.js", { onEvent: (event) => onEvent?.(index, event) }),
  );
  try {
    const place = { url: server.url, bucket: "shared", processes };
    await Promise.all(
      children.map((child, index) => child.ask("prepare", { name, place, bound, skewMs: skewsMs[index] ?? 0 })),
    );
    // Connections that open by themselves have time to.
    await sleep(200);
    return await use({ children, server, redis, startUs: nowUs() + 50_000 });
  } finally {
    await Promise.all(children.map((child) => child.kill()));
    redis.disconnect();
  }
}
