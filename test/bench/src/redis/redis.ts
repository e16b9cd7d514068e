import { startRedisServer } from "@sluice/test/redis-server";
import type { Bench } from "../bench.js";
import { measureLatency } from "./latency.js";
import { measureThroughput } from "./throughput.js";

/** Decisions that several processes share through one Redis: how long one takes, how many there can be, what they cost the server. */
export const redisBench: Bench = {
  name: "redis",
  async run(pace) {
    await using server = await startRedisServer();
    const full = pace === "full";
    const latency = await measureLatency(server.url, full ? { rounds: 20, calls: 100 } : { rounds: 3, calls: 20 });
    await server.flush();
    const load = full ? { rounds: 3, sliceMs: 300 } : { rounds: 1, sliceMs: 50 };
    return [latency, ...(await measureThroughput(server.url, load))];
  },
};
