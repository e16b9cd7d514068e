import type { Call } from "@sluice/core";
import type { Charge, Limit } from "@sluice/limiter";
import type { AwsRequest } from "../operations/request.js";
import type { AwsQuotaConfig } from "./options.js";
import type { PublishedLimit } from "./published-limit.js";

/** What rules are made with. */
export interface RuleTools {
  readonly config: AwsQuotaConfig;
  /** A published figure as our limit. */
  readonly limitOf: (limit: PublishedLimit, region: string | undefined) => Limit;
}

/** What one request takes: the bucket that is most its own first. Undefined where the rule knows nothing of the action. */
export type Rule = (action: string, request: AwsRequest, call: Call) => readonly Charge[] | undefined;

/** A charge that never costs more than the limit could ever grant. */
export function chargeOf(bucket: string, limit: Limit, cost = 1): Charge {
  if (cost === 1) return { bucket, limit };
  const most = limit.kind === "tokenBucket" ? limit.burst : limit.kind === "slidingWindow" ? limit.limit : cost;
  return { bucket, limit, cost: Math.max(1, Math.min(most, cost)) };
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function lengthOfList(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
