import { createCall } from "@sluice/core";
import { capacityOf, type Charge, rateOf } from "@sluice/limiter";
import { describeRequest, withRequest } from "../operations/request.js";
import { createGitHubQuota, type GitHubQuota } from "../quota/github-quota.js";
import { type GitHubQuotaOptions, resolveQuota } from "../quota/options.js";
import type { TierName } from "../quota/tiers.js";

/** A request, and how the quota is made. */
export interface Asked {
  readonly options?: GitHubQuotaOptions;
  readonly env?: Record<string, string>;
  /** Of the credential. @defaultValue `user` */
  readonly tier?: TierName;
  readonly baseUrl?: string;
  readonly headers?: Record<string, string>;
  readonly query?: string;
}

/** A call of a route. */
export function callOf(route: string, { baseUrl = "https://api.github.com", headers = {}, query }: Asked = {}) {
  const [method = "GET", url = "/"] = route.split(" ");
  const request = describeRequest({ method, url, baseUrl, headers, query });
  const call = createCall({ provider: "github", account: "acme", operation: request.operation, verb: method });
  return withRequest(call, request);
}

export function quotaOf({ options = {}, env = {}, tier = "user" }: Asked = {}): GitHubQuota {
  return createGitHubQuota(resolveQuota(options, env), tier);
}

/** What a request takes, in short: name of the bucket, and its numbers. */
export function chargesOf(route: string, asked: Asked = {}): Record<string, string> {
  return shortly(quotaOf(asked).charges(callOf(route, asked)));
}

function shortly(charges: readonly Charge[]): Record<string, string> {
  return Object.fromEntries(charges.map(({ bucket, limit, cost = 1 }) => [bucket, `${cost} of ${numbersOf(limit)}`]));
}

function numbersOf(limit: Charge["limit"]): string {
  if (limit.kind === "concurrency") return `${limit.max} at a time`;
  if (limit.kind === "slidingWindow") return `${limit.limit} in any ${limit.windowMs} ms`;
  if (limit.kind === "fixedWindow") return `${limit.limit} in each ${limit.windowMs} ms`;
  return `${Number(rateOf(limit).toFixed(4))}/s, ${capacityOf(limit)} at once`;
}
