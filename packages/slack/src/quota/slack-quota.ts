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
export function createSlackQuota(config: SlackQuotaConfig, server: string): Quota {
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

  return (call) => {
    const { method, channel } = requestOf(call);
    const perChannel = channel === undefined ? [] : postingCharges(method, channel, posting, server);
    if (perChannel.length > 0 && slackMethods[method]?.perChannel === true && !config.methods.has(method) && !isPlain(config)) return perChannel;
    const own = limitsOf(method).map(({ suffix, limit }): Charge => ({ bucket: `${method}${suffix}${server}`, limit }));
    return [...own, ...(isPlain(config) ? [] : perChannel)];
  };
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

function postingCharges(method: string, channel: string, posting: readonly LimitPart[], server: string): readonly Charge[] {
  if (!postingMethods.has(method)) return [];
  return posting.map(({ suffix, limit }) => ({ bucket: `channel:${channel}${suffix}${server}`, limit }));
}

function partsFor(method: string, config: SlackQuotaConfig): readonly LimitPart[] {
  const own = config.methods.get(method);
  if (typeof own === "object") return [{ suffix: "", limit: own }];
  const count = own ?? publishedPerMinute(method, config);
  if (!isPlain(config) || own !== undefined) return perMinute(count, config);
  const refillRate = config.refillRate ?? (count * 1000) / config.minuteMs;
  return [{ suffix: "", limit: tokenBucket({ refillRate, burst: config.tokens ?? Math.max(1, Math.ceil(refillRate)) }) }];
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
  const burst = Math.max(1, Math.ceil(count * burstShare));
  const window: LimitPart = { suffix: "", limit: slidingWindow({ limit: count, windowMs: Math.ceil(minuteMs + marginMs) }) };
  if (burst >= count) return [window];
  return [window, { suffix: ":burst", limit: tokenBucket({ refillRate: (count * 1000) / minuteMs, burst }) }];
}
