import { createHash } from "node:crypto";
import { type Charge, type Limit, type Quota, slidingWindow, tokenBucket } from "@sluice/limiter";
import { requestOf } from "../operations/request.js";
import { endpoints, endpointsOf } from "./endpoints.js";
import { gitlabComLimits, selfManagedLimits } from "./generated/limits.js";
import type { GitLabQuotaConfig } from "./options.js";
import type { PublishedLimit } from "./published-limit.js";

/** GitLab's rule, and its parts. */
export interface GitLabQuota {
  /** What a request takes: from its user's limit, and from those of its endpoint. */
  readonly charges: Quota;
  /** The user's limit, of which GitLab's headers speak. */
  readonly user: Quota;
  /** The limits of a request's endpoint, of which no header speaks. */
  readonly named: Quota;
  /** How long the provider's own window is of a named limit. Unit: milliseconds. */
  readonly windowMsOf: (limit: Limit) => number | undefined;
}

/** What only a pause can close. */
export const open: Limit = tokenBucket({ refillRate: 1e6, burst: 1_000_000 });

/**
 * GitLab's rule: a limit of all requests of a user, and limits of single endpoints. GitLab counts in windows whose beginning is
 * its own; an exact sliding window of the same size never holds more, wherever theirs begin.
 *
 * @param server - told apart from other servers in the buckets' names; empty for GitLab.com.
 */
export function createGitLabQuota(config: GitLabQuotaConfig, server: string): GitLabQuota {
  const limits = new Map<string, NamedLimit>();
  for (const name of new Set(endpoints.map((endpoint) => endpoint.name))) {
    const limit = namedLimit(name, config);
    if (limit !== undefined) limits.set(name, limit);
  }
  const windows = new Map([...limits.values()].map(({ limit, windowMs }) => [limit, windowMs]));
  const whole = [{ bucket: `user${server}`, limit: userLimit(config) }];
  const user: Quota = () => whole;
  const named: Quota = (call) => {
    const request = requestOf(call);
    if (request === undefined) return [];
    return endpointsOf(request).flatMap(({ name, each }): Charge[] => {
      const found = limits.get(name);
      if (found === undefined) return [];
      return [{ bucket: `${name}${each === undefined ? "" : `:${shortened(each)}`}${server}`, limit: found.limit }];
    });
  };
  return {
    charges: (call) => [...user(call), ...named(call)],
    user,
    named,
    windowMsOf: (limit) => windows.get(limit),
  };
}

interface NamedLimit {
  readonly limit: Limit;
  readonly windowMs: number;
}

function userLimit(config: GitLabQuotaConfig): Limit {
  const { tokens, refillRate, perMinute, minuteMs, tier } = config;
  const { limit, windowMs } = gitlabComLimits["authenticatedApi"] as PublishedLimit;
  if (tokens !== undefined || refillRate !== undefined) {
    const rate = refillRate ?? ((perMinute ?? limit ?? 1) * 1000) / minuteMs;
    return tokenBucket({ refillRate: rate, burst: tokens ?? Math.max(1, Math.ceil(rate)) });
  }
  if (perMinute !== undefined) return window(perMinute, 60_000, config);
  return tier === "gitlab.com" && limit !== null ? window(limit, windowMs, config) : open;
}

/**
 * The limit of a name on the tier. GitLab.com runs the same code as everybody: where it publishes no figure of its own, the code's
 * default holds. 0 is GitLab's way to say that there is none.
 */
function namedLimit(name: string, config: GitLabQuotaConfig): NamedLimit | undefined {
  const own = config.endpoints.get(name);
  const published = publishedOn(config.tier, name);
  const windowMs = scaled(published?.windowMs ?? 60_000, config);
  if (own === false) return undefined;
  if (typeof own === "object") return { limit: own, windowMs };
  if (own !== undefined) return { limit: window(own, 60_000, config), windowMs: scaled(60_000, config) };
  if (published === undefined || published.limit === null || published.limit === 0) return undefined;
  return { limit: window(published.limit, published.windowMs, config), windowMs };
}

/** One limit under two names. */
const aliases: Readonly<Record<string, string>> = { searchAuthenticated: "searchPerUser" };

function publishedOn(tier: GitLabQuotaConfig["tier"], name: string): PublishedLimit | undefined {
  const inCode = selfManagedLimits[name];
  const switchedOn = inCode?.enabledByDefault === false ? undefined : inCode;
  if (tier === "self-managed") return switchedOn;
  if (gitlabComLimits[aliases[name] ?? ""] !== undefined) return undefined;
  return gitlabComLimits[name] ?? switchedOn;
}

function window(limit: number, windowMs: number, config: GitLabQuotaConfig): Limit {
  return slidingWindow({ limit, windowMs: Math.ceil(scaled(windowMs, config) + config.marginMs) });
}

function scaled(windowMs: number, { minuteMs }: GitLabQuotaConfig): number {
  return (windowMs * minuteMs) / 60_000;
}

/** Paths of files may be long, and there may be any number of them. */
function shortened(each: string): string {
  return each.length <= 40 ? each : createHash("sha256").update(each).digest("hex").slice(0, 24);
}
