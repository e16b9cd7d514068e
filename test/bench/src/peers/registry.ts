import type { Peer } from "./peer.js";

/** How a peer can be used; which of these it has is said here, so that nothing is loaded to find out. */
export type Use = "memory" | "redis" | "waiting";

/** A peer, before its library is loaded. */
export interface Entry {
  readonly name: string;
  readonly uses: readonly Use[];
  load(): Promise<Peer>;
}

/** Ours, by which all others are measured. */
export const OURS = "sluice";

/** Everybody. Names are those of the peers themselves. */
export const entries: readonly Entry[] = [
  {
    name: OURS,
    uses: ["memory", "redis", "waiting"],
    load: async () => (await import("./sluice.js")).sluice,
  },
  {
    name: "rate-limiter-flexible",
    uses: ["memory", "redis", "waiting"],
    load: async () => (await import("./rate-limiter-flexible.js")).rateLimiterFlexible,
  },
  {
    name: "bottleneck, minTime",
    uses: ["memory", "redis", "waiting"],
    load: async () => (await import("./bottleneck.js")).bottleneckMinTime,
  },
  {
    name: "bottleneck, reservoirIncrease",
    uses: ["waiting"],
    load: async () => (await import("./bottleneck.js")).bottleneckReservoir,
  },
  {
    name: "@upstash/ratelimit",
    uses: ["redis", "waiting"],
    load: async () => (await import("./upstash.js")).upstash,
  },
  {
    name: "effect",
    uses: ["memory", "redis", "waiting"],
    load: async () => (await import("./effect.js")).effectPeer,
  },
  {
    name: "effect, adaptive",
    uses: ["waiting"],
    load: async () => (await import("./effect.js")).effectAdaptive,
  },
  {
    name: "lock + read + write",
    uses: ["redis", "waiting"],
    load: async () => (await import("./naive-lock.js")).naiveLock,
  },
  {
    name: "limiter",
    uses: ["memory", "waiting"],
    load: async () => (await import("./limiter.js")).limiterPeer,
  },
  {
    name: "express-rate-limit",
    uses: ["memory", "redis"],
    load: async () => (await import("./express-rate-limit.js")).expressRateLimit,
  },
  {
    name: "hono-rate-limiter",
    uses: ["memory"],
    load: async () => (await import("./hono-rate-limiter.js")).honoRateLimiter,
  },
  {
    name: "@fastify/rate-limit",
    uses: ["memory", "redis"],
    load: async () => (await import("./fastify-rate-limit.js")).fastifyRateLimit,
  },
  {
    name: "p-throttle",
    uses: ["memory"],
    load: async () => (await import("./p-throttle.js")).pThrottlePeer,
  },
];

/** Names of all that can be used so, ours first. */
export function peersFor(use: Use): readonly string[] {
  return entries.filter(({ uses }) => uses.includes(use)).map(({ name }) => name);
}

export async function loadPeer(name: string): Promise<Peer> {
  const entry = entries.find((each) => each.name === name);
  if (entry === undefined) throw new Error(`no peer named ${name}`);
  return entry.load();
}
