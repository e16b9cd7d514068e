import { createCall } from "@sluice/core";
import type { Charge } from "@sluice/limiter";
import { withRequest } from "../operations/request.js";
import { createAwsQuota } from "../quota/aws-quota.js";
import { type AwsQuotaOptions, resolveQuota } from "../quota/options.js";

/** What one request would be charged. */
export interface Asked {
  readonly input?: Readonly<Record<string, unknown>>;
  readonly verb?: string;
  readonly region?: string;
  readonly server?: string;
  readonly bodyBytes?: number;
}

/** From an operation to its charges, under some options. Without a margin unless told otherwise, so that figures are the published ones. */
export function quotaOf(options: AwsQuotaOptions = {}): (operation: string, asked?: Asked) => readonly Charge[] {
  const { charges } = createAwsQuota(resolveQuota({ marginMs: 0, ...options }, {}));
  return (operation, { input = {}, verb = "POST", region = "eu-north-1", server = "", bodyBytes = 0 } = {}) => {
    const [service = "", action = ""] = operation.split(".");
    const call = createCall({ provider: "aws", account: "a", operation, verb });
    const name = { service, action };
    return charges(withRequest(call, { name, input, region, server, bodyBytes, mostAttempts: undefined }));
  };
}

/** A charge as one line: `EC2.RunInstances 1 of 5, 2/s`. */
export function line({ bucket, limit, cost = 1 }: Charge): string {
  const size =
    limit.kind === "tokenBucket"
      ? `${limit.burst}, ${limit.refillRate}/s`
      : limit.kind === "slidingWindow"
        ? `${limit.limit} in ${limit.windowMs} ms`
        : limit.kind;
  return `${bucket} ${cost} of ${size}`;
}
