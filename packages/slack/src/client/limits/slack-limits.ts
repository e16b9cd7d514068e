import type { Call } from "@sluice/core";
import {
  type ChargeNotes,
  type Environment,
  setBy,
  type SetBy,
  sourceOf,
  tierSetBy,
  type VendorLimits,
} from "@sluice/kit";
import type { Charge } from "@sluice/limiter";
import { requestOf } from "../../operations/request.js";
import {
  asOf,
  messagePosting,
  methodsWithoutTier,
  recommended,
  slackMethods,
  slackSources,
  slackTiers,
} from "../../quota/generated/methods.js";
import type { MethodLimit } from "../../quota/method-limit.js";
import type { SlackQuotaOptions } from "../../quota/options.js";
import { slackOperations, slackRequests } from "./slack-requests.js";

/** What Slack's limits are explained by. */
export interface SlackLimitsOptions {
  readonly workspace: string;
  readonly token: string | undefined;
  readonly quota: SlackQuotaOptions;
  readonly env: Environment;
}

/** Slack's limits as users ask about them. */
export function slackLimits({ workspace, token, quota, env }: SlackLimitsOptions): VendorLimits {
  return {
    account: workspace,
    operations: slackOperations,
    requests: slackRequests(workspace, token),
    describe: (charge, call) => describe(charge, call, quota, env),
  };
}

function describe({ bucket }: Charge, call: Call, quota: SlackQuotaOptions, env: Environment): ChargeNotes {
  const { method } = requestOf(call);
  if (bucket.startsWith("channel:")) {
    return {
      scope: `${messagePosting.scope}, whatever method posts the message`,
      published: `${messagePosting.perSecond} message per second and channel`,
      source: published(messagePosting.source, method),
      note: bucket.includes(":burst") ? burstNote : undefined,
    };
  }
  if (bucket.startsWith("profile:")) {
    return {
      scope: "per token and target profile",
      published: "10 changes of a profile per minute",
      source: published("rate-limits-page", method),
      note: bucket.includes(":burst") ? burstNote : undefined,
    };
  }
  const note = bucket.startsWith(`${method}:burst`) ? burstNote : undefined;
  return { note, ...methodNotes(method, quota, env) };
}

const burstNote = "Burst sizes are unpublished, so only a part of the minute may go at once";

function methodNotes(method: string, quota: SlackQuotaOptions, env: Environment): Omit<ChargeNotes, "note"> {
  const own = quota.methods?.[method];
  if (own !== undefined) {
    const name = `quota.methods["${method}"]`;
    return { scope: ownScope, setBy: { by: "option", name, value: typeof own === "number" ? own : null } };
  }
  const tier = tierSetBy("quota.tier", quota.tier, ["SLACK_RATE_LIMIT_TIER"], env);
  const plain = plainBucket(quota, env);
  if (plain !== undefined) return { scope: ownScope, setBy: plain };
  if (tier !== undefined) return { scope: ownScope, setBy: tier, ...tierNotes(tier, method) };
  return slackMethods[method] === undefined ? unlisted(method) : listed(method, quota);
}

/** Of figures that are not those of the method. */
const ownScope = "per method, per workspace";

/** Tokens or a refill rate make every method's limit a plain bucket. */
function plainBucket({ tokens, refillRate }: SlackQuotaOptions, env: Environment): SetBy | undefined {
  return (
    setBy("quota.tokens", tokens, ["SLACK_RATE_LIMIT_TOKENS"], env) ??
    setBy("quota.refillRate", refillRate, ["SLACK_RATE_LIMIT_REFILL_RATE"], env)
  );
}

function tierNotes({ value }: SetBy, method: string): Pick<ChargeNotes, "published" | "source"> {
  const digit = /[1-4]/.exec(String(value))?.[0] ?? "";
  const tier = slackTiers[`tier${digit}` as keyof typeof slackTiers];
  return {
    published: `tier ${digit}, at least ${tier?.perMinute} per minute`,
    source: published(tier?.source ?? "rate-limits-page", method),
  };
}

function listed(method: string, { defaultPerMinute }: SlackQuotaOptions): ChargeNotes {
  const limit = slackMethods[method] as MethodLimit;
  const { tier, perMinute, assumed, perChannel, sources, scope } = limit;
  const source = published(sources[0] ?? "rate-limits-page", method);
  const name = tier === "special" ? "a rule of its own (special tier)" : `tier ${tier.slice(-1)}`;
  if (perChannel) {
    return {
      scope: ownScope,
      published: `${name}, counted for each channel`,
      words: "No limit of the method as such; Slack's Retry-After pauses it",
      source,
    };
  }
  if (perMinute !== null) {
    const figure = assumed
      ? `; Slack's Java SDK assumes ${perMinute} per minute`
      : `, at least ${perMinute} per minute`;
    return { scope, published: `${name}${figure}`, source };
  }
  return {
    scope,
    published: `${name}, without a number; Slack recommends ${recommended.perSecond} request per second`,
    source,
    ...(defaultPerMinute === undefined
      ? {}
      : { setBy: { by: "option", name: "quota.defaultPerMinute", value: defaultPerMinute } }),
  };
}

/** A method of the SDK of which nothing is published. */
function unlisted(method: string): ChargeNotes {
  const why = methodsWithoutTier[method];
  return {
    scope: recommended.scope,
    published: `nothing for this method${why === undefined ? "" : ` (${why.replace(/\.$/, "")})`}; Slack recommends ${recommended.perSecond} request per second`,
    source: published(recommended.source, method),
  };
}

function published(key: string, method: string): ReturnType<typeof sourceOf> {
  return sourceOf(slackSources, key.startsWith("method:") ? "method:<name>" : key, asOf, method);
}
