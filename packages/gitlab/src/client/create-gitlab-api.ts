import { anObject, nonEmpty, nonNegative, systemClock } from "@sluice/core";
import { type ApiOptions, assemble } from "@sluice/kit";
import { isQuota, resolveQuota } from "../quota/options.js";
import { createRule } from "../quota/rule.js";
import { classify } from "../retry/classify.js";
import { findAccess } from "./credentials.js";
import { GitLabApi } from "./gitlab-api.js";
import { gitlabLimits } from "./limits/gitlab-limits.js";
import { factoryParts, type GitLabFactoryOptions, type HandedOptions, sdkOptions } from "./options.js";

/** As long as gitbeaker waits, for all pages together. Unit: milliseconds. */
const QUERY_TIMEOUT_MS = 300_000;

/**
 * A client that keeps the user's published quota together with every other process that shares its Redis.
 *
 * Returns at once; Redis is connected on first use. The SDK's options keep their names: `queryTimeout` bounds each attempt, and
 * `rateLimits` hold for the whole fleet, beside the published ones.
 *
 * @param account - whose quota it is: a user of one GitLab. Range: a text that is not empty.
 * @throws ConfigError naming the option or variable, the range and the value, before anything is sent or opened: no token
 * anywhere, an empty account, an unknown tier, numbers out of range, a malformed host or `REDIS_URL`.
 */
export function createGitLabApi<C extends boolean = false>(
  account: string,
  options: GitLabFactoryOptions<C> = {},
): GitLabApi<C> {
  anObject("options", options);
  const env = options.env ?? process.env;
  nonEmpty("account", account, 256);
  const { host, credentials } = findAccess(account, options as GitLabFactoryOptions<boolean>, env);
  const attemptTimeoutMs = nonNegative(
    "queryTimeout",
    options.queryTimeout ?? (options.queryTimeout === null ? 0 : QUERY_TIMEOUT_MS),
  );
  const { quota, feedback } = createRule({
    quota: options.quota,
    rateLimits: options.rateLimits,
    rateLimitDuration: options.rateLimitDuration,
    host,
    env,
    wallNow: () => (options.clock ?? systemClock).wallNow(),
  });

  const quotaOptions = isQuota(options.quota) ? {} : (options.quota ?? {});
  const { tier } = resolveQuota(quotaOptions, env, host);
  const { token: _token, oauthToken: _oauthToken, jobToken: _jobToken, ...sdk } = sdkOptions(options);
  const handed: HandedOptions<C> = {
    ...sdk,
    ...credentials,
    ...(host === undefined ? {} : { host }),
    // What Sluice does in the SDK's place, the SDK must not do again: one limiter for each resource, one timeout over all pages.
    rateLimits: {},
    queryTimeout: null,
    [factoryParts]: (knownOperations) => {
      const assembly = assemble(options as ApiOptions, {
        provider: "gitlab",
        knownOperations,
        quota,
        feedback,
        classify,
        env,
      });
      return {
        chain: assembly.hooks,
        timeoutMs: assembly.timeoutMs,
        attemptTimeoutMs,
        sdkRetries: false,
        mode: { get: () => assembly.mode, set: (mode) => (assembly.mode = mode) },
        limits: (client) =>
          assembly.limits(
            gitlabLimits(account, client, { quota: quotaOptions, ownQuota: isQuota(options.quota), tier, env }),
          ),
        close: assembly.close,
        clock: options.clock,
      };
    },
  };
  return new GitLabApi<C>(account, handed);
}
