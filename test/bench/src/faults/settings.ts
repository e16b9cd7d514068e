import type { Peer } from "../peers/peer.js";
import { loadPeer, OURS } from "../peers/registry.js";

/** A peer as it is measured: with the settings it comes with, or with those it recommends for when its store fails. */
export interface Setting {
  /** Of this row. */
  readonly name: string;
  readonly peer: string;
  readonly settings: string;
  /** It never says no; its calls are waits. */
  readonly waits: boolean;
  load(): Promise<Peer>;
}

const WAITS = "bottleneck";

const byDefault = (peer: string): Setting => ({
  name: `${peer}, as it comes`,
  peer,
  settings: "as it comes",
  waits: peer.startsWith(WAITS),
  load: () => loadPeer(peer),
});

const told = (peer: string, settings: string, load: () => Promise<Peer>): Setting => ({
  name: `${peer}, ${settings}`,
  peer,
  settings,
  waits: peer.startsWith(WAITS),
  load,
});

/** Ours first. effect and the lock document no settings for an outage. */
export const settings: readonly Setting[] = [
  byDefault(OURS),
  told(OURS, 'onStoreError: "closed"', async () => (await import("../peers/sluice.js")).sluiceClosed),
  byDefault("rate-limiter-flexible"),
  told(
    "rate-limiter-flexible",
    "insuranceLimiter, no offline queue",
    async () => (await import("../peers/rate-limiter-flexible.js")).rateLimiterFlexibleInsured,
  ),
  byDefault("bottleneck, minTime"),
  told(
    "bottleneck, minTime",
    "expiration 5 s per job",
    async () => (await import("../peers/bottleneck.js")).bottleneckExpiring,
  ),
  byDefault("@upstash/ratelimit"),
  told("@upstash/ratelimit", "timeout 1 s", async () => (await import("../peers/upstash.js")).upstashImpatient),
  byDefault("effect"),
  byDefault("express-rate-limit"),
  told(
    "express-rate-limit",
    "passOnStoreError",
    async () => (await import("../peers/express-rate-limit.js")).expressRateLimitPassing,
  ),
  byDefault("@fastify/rate-limit"),
  told(
    "@fastify/rate-limit",
    "maxRetriesPerRequest 1, skipOnError",
    async () => (await import("../peers/fastify-rate-limit.js")).fastifyRateLimitSkipping,
  ),
  byDefault("lock + read + write"),
];

export function settingNamed(name: string): Setting {
  const setting = settings.find((each) => each.name === name);
  if (setting === undefined) throw new Error(`no setting named ${name}`);
  return setting;
}
