import type { RateLimitOptions } from "@gitbeaker/requester-utils";
import type { Environment, FeedbackRule } from "@sluice/kit";
import type { Quota } from "@sluice/limiter";
import { createFeedback, createPlainFeedback } from "./feedback.js";
import { createGitLabQuota } from "./gitlab-quota.js";
import { type GitLabQuotaOptions, isQuota, resolveQuota } from "./options.js";
import { createOwnLimits } from "./own-limits.js";

/** What requests take, and what answers say about it. */
export interface Rule {
  readonly quota: Quota;
  readonly feedback: FeedbackRule;
}

/** What the rule is made of. */
export interface RuleOptions {
  readonly quota: GitLabQuotaOptions | Quota | undefined;
  /** gitbeaker's own. */
  readonly rateLimits: RateLimitOptions | undefined;
  /** Unit: seconds. */
  readonly rateLimitDuration: number | undefined;
  readonly host: string | undefined;
  readonly env: Environment;
  readonly wallNow: () => number;
}

/** @throws ConfigError naming the option or variable that is out of range. */
export function createRule({ quota, rateLimits, rateLimitDuration, host, env, wallNow }: RuleOptions): Rule {
  const server = serverOf(host);
  const ownLimits = createOwnLimits(rateLimits, rateLimitDuration, server);
  if (isQuota(quota)) return { quota: beside(quota, ownLimits), feedback: createPlainFeedback(wallNow) };
  const published = createGitLabQuota(resolveQuota(quota === undefined ? {} : quota, env, host), server);
  return { quota: beside(published.charges, ownLimits), feedback: createFeedback(published, wallNow) };
}

function beside(one: Quota, other: Quota): Quota {
  return (call) => [...one(call), ...other(call)];
}

/** Another server counts for itself, so its buckets are others. */
function serverOf(host: string | undefined): string {
  const name = host === undefined ? "gitlab.com" : new URL(host).host;
  return name === "gitlab.com" ? "" : `@${name}`;
}
