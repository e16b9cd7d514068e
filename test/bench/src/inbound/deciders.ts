import { createPolicyEngine, type PolicyEngineOptions } from "@sluice/policy";
import { loadPeer } from "../peers/registry.js";
import { honoOverRedis } from "./hono-over-redis.js";
import { perUser } from "./policies.js";

/** Says over Redis whether a user's request may go on: what a library's middleware asks for each request. */
export interface InboundDecider {
  readonly name: string;
  readonly ours: boolean;
  /** Whether it is told to ask Redis about every request, as the others do. @defaultValue false */
  readonly asksEach?: boolean;
  decide(user: string): Promise<boolean>;
  /** How long it still talks to Redis when nobody asks any more; the next one's turn begins after that. Unit: milliseconds. */
  readonly settleMs?: number;
}

/** After a quarter of a second leases go back. */
const LEASES_SETTLE_MS = 600;

/** 100 000 a minute, as the others can say it. */
const bound = { refillRate: 100_000 / 60, burst: 100_000 };
const peers = ["express-rate-limit", "@fastify/rate-limit", "rate-limiter-flexible"];

/** Everybody, each on a connection of its own with the client's usual settings. They stay open until the process ends. */
export async function openDeciders(url: string): Promise<InboundDecider[]> {
  const deciders: InboundDecider[] = [
    ours("sluice", url, {}),
    ours("sluice, no reputation", url, { reputation: false }),
    ours("sluice, lease", url, { lease: true }),
    { ...ours("sluice, each asked", url, { reputation: false, advanceMs: 0 }), asksEach: true },
  ];
  for (const name of peers) {
    const decider = await (await loadPeer(name)).redis?.({ url, bucket: name, processes: 1 }, bound);
    if (decider === undefined) throw new Error(`${name} does not decide over Redis`);
    deciders.push({ name, ours: false, decide: async (user) => decider.decide(`${name} ${user}`) });
  }
  deciders.push({ name: "hono-rate-limiter", ours: false, decide: honoOverRedis(url, bound) });
  return deciders;
}

/** The whole engine: policies are resolved, overrides looked for, figures kept. */
function ours(
  name: string,
  url: string,
  options: Pick<PolicyEngineOptions, "reputation" | "lease" | "advanceMs">,
): InboundDecider {
  const engine = createPolicyEngine({ name, redis: url, policies: [perUser], ...options });
  const decide = async (user: string): Promise<boolean> => (await engine.check({ user })).allowed;
  return { name, ours: true, decide, ...(options.lease === true ? { settleMs: LEASES_SETTLE_MS } : {}) };
}
