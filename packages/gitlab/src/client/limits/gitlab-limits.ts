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
import { endpointsOf } from "../../quota/endpoints.js";
import { asOf, gitlabComLimits, gitlabSources, selfManagedLimits } from "../../quota/generated/limits.js";
import type { GitLabQuotaOptions, GitLabTier } from "../../quota/options.js";
import type { PublishedLimit } from "../../quota/published-limit.js";
import { gitlabRequests } from "./gitlab-requests.js";

/** What GitLab's limits are explained by. */
export interface GitLabLimitsOptions {
  readonly quota: GitLabQuotaOptions;
  /** Whether the user brought a quota; the SDK's own `rateLimits` stand beside it. */
  readonly ownQuota: boolean;
  readonly tier: GitLabTier;
  readonly env: Environment;
}

/** GitLab's limits as users ask about them. */
export function gitlabLimits(account: string, client: object, options: GitLabLimitsOptions): VendorLimits {
  return { ...gitlabRequests(account, client), describe: (charge, call) => describe(charge, call, options) };
}

function describe({ bucket }: Charge, call: Call, options: GitLabLimitsOptions): ChargeNotes {
  if (bucket.startsWith("rateLimits:")) {
    const name = `rateLimits["${bucket.slice("rateLimits:".length).replace(/@[^@/]*$/, "")}"]`;
    return { setBy: { by: "option", name, value: null } };
  }
  if (options.ownQuota) return { setBy: { by: "quota", name: "quota", value: null } };
  const request = requestOf(call);
  const found = request === undefined ? [] : endpointsOf(request).filter(({ name }) => bucket.startsWith(name));
  // Of two names one of which begins with the other, the longer.
  const endpoint = found.toSorted((one, other) => other.name.length - one.name.length)[0];
  return endpoint === undefined ? userNotes(request === undefined, options) : endpointNotes(endpoint.name, options);
}

function userNotes(pathless: boolean, { quota, tier, env }: GitLabLimitsOptions): ChargeNotes {
  const own =
    setBy("quota.tokens", quota.tokens, ["GITLAB_RATE_LIMIT_TOKENS"], env) ??
    setBy("quota.refillRate", quota.refillRate, ["GITLAB_RATE_LIMIT_REFILL_RATE"], env) ??
    setBy("quota.perMinute", quota.perMinute, ["GITLAB_RATE_LIMIT_PER_MINUTE"], env);
  const note = pathless
    ? "Which path the method asks cannot be told without its arguments; its endpoint may have limits of its own"
    : undefined;
  const scope = "per user, all endpoints together";
  if (own !== undefined) return { scope, setBy: own, note };
  if (tier === "gitlab.com")
    return { ...publishedNotes(gitlabComLimits["authenticatedApi"]), setBy: tierSet(quota, env), note };
  return {
    scope,
    published: "no limit until the instance's administrator sets one",
    source: sourceOf(gitlabSources, "self-user-ip", asOf),
    setBy: tierSet(quota, env),
    note,
  };
}

function endpointNotes(name: string, { quota, tier, env }: GitLabLimitsOptions): ChargeNotes {
  const published = (tier === "gitlab.com" ? gitlabComLimits[name] : undefined) ?? selfManagedLimits[name];
  const own = quota.endpoints?.[name];
  if (own !== undefined) {
    const value = typeof own === "number" ? own : null;
    return { scope: published?.scope, setBy: { by: "option", name: `quota.endpoints["${name}"]`, value } };
  }
  return { ...publishedNotes(published), setBy: tierSet(quota, env) };
}

function publishedNotes(published: PublishedLimit | undefined): ChargeNotes {
  if (published === undefined) return {};
  const { limit, windowMs, what, scope, source, note } = published;
  return {
    scope,
    published: limit === null ? undefined : `${limit} ${what} in ${windowMs / 1000} s`,
    source: sourceOf(gitlabSources, source, asOf),
    note,
  };
}

function tierSet(quota: GitLabQuotaOptions, env: Environment): SetBy | undefined {
  return tierSetBy("quota.tier", quota.tier, ["GITLAB_RATE_LIMIT_TIER"], env);
}
