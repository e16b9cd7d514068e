import { startRedisServer } from "@sluice/test/redis-server";
import type { Bench } from "../bench.js";
import { measureBucketBytes } from "./bucket-bytes.js";
import { measureHttp } from "./http.js";
import { measureInboundLatency } from "./latency.js";
import { measureLeased } from "./leased.js";

/** Requests that come in: what deciding about them takes over Redis, from leases, in memory, and in a web server. */
export const inboundBench: Bench = {
  name: "inbound",
  async run(pace) {
    const full = pace === "full";
    await using server = await startRedisServer();
    const latency = await measureInboundLatency(
      server.url,
      full
        ? { single: { rounds: 6, calls: 20_000 }, crowd: { rounds: 6, calls: 40_000 } }
        : { single: { rounds: 3, calls: 30 }, crowd: { rounds: 3, calls: 300 } },
    );
    await server.flush();
    const leased = await measureLeased(server, full ? { rounds: 3, sliceMs: 1500 } : { rounds: 1, sliceMs: 100 });
    await server.flush();
    const bytes = await measureBucketBytes(full ? 1_000_000 : 50_000);
    await server.flush();
    const http = await measureHttp(server, full ? { turns: 60, sliceMs: 100 } : { turns: 2, sliceMs: 50 });
    return [...latency, leased, bytes, http];
  },
};
