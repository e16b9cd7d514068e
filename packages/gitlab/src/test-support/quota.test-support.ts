import { type Call, createCall } from "@sluice/core";
import type { Charge } from "@sluice/limiter";
import { pathOf, setRequest } from "../operations/request.js";
import { createGitLabQuota, type GitLabQuota } from "../quota/gitlab-quota.js";
import { type GitLabQuotaOptions, resolveQuota } from "../quota/options.js";

/** A call about to send this request: `POST projects/1/issues`. */
export function callOf(request: string): Call {
  const [verb = "", endpoint = ""] = request.split(" ");
  const call = createCall({ provider: "gitlab", account: "acme", operation: "other", verb });
  setRequest(call, { verb, endpoint, path: pathOf(new URL(`https://gitlab.com/api/v4/${endpoint}`)) });
  return call;
}

export function quotaOf(
  options: GitLabQuotaOptions = {},
  env: Record<string, string> = {},
  host?: string,
): GitLabQuota {
  const server = host === undefined ? "" : `@${new URL(host).host}`;
  return createGitLabQuota(resolveQuota(options, env, host), server);
}

/** Charges in a few words, by bucket. */
export function shortly(charges: readonly Charge[]): Record<string, string> {
  return Object.fromEntries(
    charges.map(({ bucket, limit }) => [
      bucket,
      limit.kind === "slidingWindow"
        ? `${limit.limit} in ${limit.windowMs} ms`
        : limit.kind === "tokenBucket"
          ? `${Number(limit.refillRate.toFixed(4))}/s, ${limit.burst} at once`
          : limit.kind,
    ]),
  );
}
