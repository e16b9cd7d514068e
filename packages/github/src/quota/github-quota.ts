import type { Call } from "@sluice/core";
import {
  type Charge,
  concurrency,
  fixedWindow,
  type Limit,
  type Quota,
  slidingWindow,
  tokenBucket,
} from "@sluice/limiter";
import { type GitHubRequest, requestOf } from "../operations/request.js";
import type { ResourceName } from "../operations/resource.js";
import { contentCreationEndpoints, pointCosts, resourceLimits, secondaryLimits } from "./generated/limits.js";
import type { GitHubQuotaConfig } from "./options.js";
import { githubTiers, type TierName } from "./tiers.js";

/** GitHub's rule, and the parts of it that its answers are about. */
export interface GitHubQuota {
  /** What a request takes. */
  readonly charges: Quota;
  /** What it takes from its primary limit, or from that of the resource which the answer names. */
  primary(call: Call, resource?: string): readonly Charge[];
  /** The buckets that a refusal by a secondary limit closes: whatever it was for, everything holds. */
  secondary(call: Call): readonly Charge[];
}

/**
 * Primary limits per resource, in windows of an hour that open with the first request after the last one has ended, as GitHub's do, or of
 * a minute, kept exactly. On top the secondary ones: points per minute, content per minute and hour, requests in flight.
 *
 * @param tier - what the credential has where GitHub itself answers, when `config` does not say.
 */
export function createGitHubQuota(config: GitHubQuotaConfig, tier: TierName): GitHubQuota {
  const { minuteMs, marginMs } = config;
  const perMinute = (limit: number): Limit => slidingWindow({ limit, windowMs: Math.ceil(minuteMs + marginMs) });
  const hourMs = Math.ceil(60 * minuteMs + marginMs);
  const points = { rest: perMinute(figure("restPoints")), graphql: perMinute(figure("graphqlPoints")) };
  const content = [
    { name: "content", limit: perMinute(figure("contentCreationPerMinute")) },
    { name: "content:hour", limit: slidingWindow({ limit: figure("contentCreationPerHour"), windowMs: hourMs }) },
  ];
  const places = concurrency({ max: config.concurrent });

  const tierFor = ({ server }: GitHubRequest): TierName => config.tier ?? (server.published ? tier : "none");
  const bucket = (name: string, { asApp, server }: GitHubRequest): string =>
    `${asApp ? "app:" : ""}${name}${server.suffix}`;

  const limits = new Map<string, Limit>();
  const limitOf = (name: ResourceName, own: TierName): Limit => {
    const key = `${own} ${name}`;
    let limit = limits.get(key);
    if (limit === undefined) limits.set(key, (limit = primaryLimit(name, own, config, { perMinute, hourMs })));
    return limit;
  };
  const primary = (call: Call, named?: string): readonly Charge[] => {
    const request = requestOf(call);
    const name = named === undefined ? request.resource : named;
    if (name === undefined || !Object.hasOwn(resourceLimits, name)) return [];
    return [{ bucket: bucket(name, request), limit: limitOf(name as ResourceName, tierFor(request)) }];
  };
  const keeps = (request: GitHubRequest): boolean => config.secondary ?? tierFor(request) !== "none";
  const pointsOf = (kind: "rest" | "graphql", request: GitHubRequest): Omit<Charge, "cost"> => ({
    bucket: bucket(`points:${kind}`, request),
    limit: keeps(request) ? points[kind] : open,
  });

  return {
    primary,
    charges(call) {
      const request = requestOf(call);
      const kind = request.graphql === undefined ? "rest" : "graphql";
      const charges: Charge[] = [...primary(call), { ...pointsOf(kind, request), cost: costOf(request) }];
      if (!keeps(request)) return charges;
      if (createsContent(request))
        for (const { name, limit } of content) charges.push({ bucket: bucket(name, request), limit });
      // The one that waits for it holds a place already, and sends nothing meanwhile.
      if (!request.within) charges.push({ bucket: bucket("in-flight", request), limit: places });
      return charges;
    },
    secondary(call) {
      const request = requestOf(call);
      return [pointsOf("rest", request), pointsOf("graphql", request)];
    },
  };
}

/** Where nothing is limited: a bucket that only a pause can close. */
const open = tokenBucket({ refillRate: 1e6, burst: 1_000_000 });

function figure(name: keyof typeof secondaryLimits): number {
  return secondaryLimits[name].value;
}

interface Windows {
  readonly perMinute: (limit: number) => Limit;
  readonly hourMs: number;
}

function primaryLimit(
  name: ResourceName,
  tier: TierName,
  config: GitHubQuotaConfig,
  { perMinute, hourMs }: Windows,
): Limit {
  const own = config.resources.get(name);
  if (typeof own === "object") return own;
  if (name === "core" && own === undefined && (config.tokens !== undefined || config.refillRate !== undefined)) {
    const refillRate = config.refillRate ?? (publishedOf("core", tier) ?? config.tokens ?? 1) / (hourMs / 1000);
    return tokenBucket({ refillRate, burst: config.tokens ?? Math.max(1, Math.ceil(refillRate)) });
  }
  const count = own ?? publishedOf(name, tier);
  if (count === undefined) return open;
  return resourceLimits[name].unit?.endsWith("/minute") === true
    ? perMinute(count)
    : fixedWindow({ limit: count, windowMs: hourMs });
}

/** Undefined where nothing is published, or nothing holds. */
function publishedOf(name: ResourceName, tier: TierName): number | undefined {
  if (tier === "none") return undefined;
  if (name === "core" || name === "graphql") return githubTiers[tier][name];
  if (name === "search" && tier === "unauthenticated") return resourceLimits.search.unauthenticated;
  return resourceLimits[name].value ?? undefined;
}

function costOf({ graphql, verb }: GitHubRequest): number {
  if (graphql !== undefined) return (graphql.mutation ? pointCosts.graphqlMutation : pointCosts.graphqlQuery).value;
  return (["GET", "HEAD", "OPTIONS"].includes(verb) ? pointCosts.restRead : pointCosts.restWrite).value;
}

const creating = new Set(contentCreationEndpoints);

function createsContent({ operation, graphql }: GitHubRequest): boolean {
  return graphql?.creates ?? creating.has(operation);
}
