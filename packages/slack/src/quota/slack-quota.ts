import { type Charge, type Limit, type Quota, slidingWindow, tokenBucket } from "@sluice/limiter";
import { requestOf } from "../operations/request.js";
import { messagePosting, slackMethods, slackTiers } from "./generated/methods.js";
import type { SlackQuotaConfig } from "./options.js";

/**
 * Slack's rule: each method has its own limit per workspace and app, by its published tier.
 *
 * Tiers are floors per minute and burst sizes are unpublished, so by default a method has an exact window of a minute and a
 * bit, and a bucket that lets only part of it go at once. Posting is limited per channel: whatever posts a message takes
 * from its channel's bucket too.
 *
 * @param server - told apart from other servers in the buckets' names; empty for Slack itself.
 */
export function createSlackQuota(config: SlackQuotaConfig, server: string): SlackQuota {
  const limits = new Map<string, readonly LimitPart[]>();
  const limitsOf = (method: string): readonly LimitPart[] => {
    let parts = limits.get(method);
    if (parts === undefined) {
      // Method names come from the caller, so there may be any number of them.
      if (limits.size > 2000) limits.clear();
      parts = partsFor(method, config);
      limits.set(method, parts);
    }
    return parts;
  };
  const posting = perMinute(messagePosting.perSecond * 60, config);
  const profile = perMinute(PROFILE_SETS_PER_MINUTE, config);
  const own: Quota = (call) => {
    const { method } = requestOf(call);
    return limitsOf(method).map(({ suffix, limit }): Charge => ({ bucket: `${method}${suffix}${server}`, limit }));
  };
  const shared: Quota = (call) => {
    const { method, channel, user } = requestOf(call);
    if (isPlain(config)) return [];
    if (channel !== undefined && postingMethods.has(method)) return about(`channel:${channel}`, posting, server);
    return method === "users.profile.set" ? about(`profile:${user ?? "own"}`, profile, server) : [];
  };
  return { own, charges: (call) => [...own(call), ...shared(call)] };
}

/** Slack's rule, and the part of it that belongs to a request's method alone. */
export interface SlackQuota {
  readonly charges: Quota;
  readonly own: Quota;
}

interface LimitPart {
  readonly suffix: string;
  readonly limit: Limit;
}

/**
 * Methods that put a message into a channel at once. The published rule speaks of posting messages to a channel by any route;
 * edits, streams and messages scheduled for later have only their tiers.
 */
const postingMethods = new Set(["chat.postMessage", "chat.postEphemeral", "chat.meMessage"]);

/** Per token and target profile; see `additionalLimits` of users.profile.set in data/slack.json (rate-limits-page). */
const PROFILE_SETS_PER_MINUTE = 10;

function about(name: string, parts: readonly LimitPart[], server: string): readonly Charge[] {
  return parts.map(({ suffix, limit }) => ({ bucket: `${name}${suffix}${server}`, limit }));
}

/** For methods that are limited per channel alone: a bucket that only a pause can close. */
const open: readonly LimitPart[] = [{ suffix: "", limit: tokenBucket({ refillRate: 1e6, burst: 1_000_000 }) }];

function partsFor(method: string, config: SlackQuotaConfig): readonly LimitPart[] {
  const own = config.methods.get(method);
  if (typeof own === "object") return [{ suffix: "", limit: own }];
  if (own === undefined && config.tier === undefined && !isPlain(config) && slackMethods[method]?.perChannel === true)
    return open;
  const count = own ?? publishedPerMinute(method, config);
  if (!isPlain(config) || own !== undefined) return perMinute(count, config);
  const refillRate = config.refillRate ?? (count * 1000) / config.minuteMs;
  return [
    { suffix: "", limit: tokenBucket({ refillRate, burst: config.tokens ?? Math.max(1, Math.ceil(refillRate)) }) },
  ];
}

/** Whether tokens or a refill rate were set: a plain token bucket for every method. */
function isPlain({ tokens, refillRate }: SlackQuotaConfig): boolean {
  return tokens !== undefined || refillRate !== undefined;
}

function publishedPerMinute(method: string, config: SlackQuotaConfig): number {
  if (config.tier !== undefined) return slackTiers[config.tier].perMinute ?? config.defaultPerMinute;
  return slackMethods[method]?.perMinute ?? config.defaultPerMinute;
}

/** So many in any minute and a bit, of which only a part at once. */
function perMinute(count: number, { minuteMs, marginMs, burstShare }: SlackQuotaConfig): readonly LimitPart[] {
  // Less what comes in during the margin: a request held up on its way must not meet the next one there.
  const burst = Math.max(1, Math.floor(count * (burstShare - marginMs / minuteMs)));
  const window: LimitPart = {
    suffix: "",
    limit: slidingWindow({ limit: count, windowMs: Math.ceil(minuteMs + marginMs) }),
  };
  if (burstShare === 1 || burst >= count) return [window];
  return [window, { suffix: ":burst", limit: tokenBucket({ refillRate: (count * 1000) / minuteMs, burst }) }];
}
