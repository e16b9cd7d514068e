import { ConfigError, show } from "@sluice/core";
import { largestCostOf } from "../limits/limit.js";
import type { StoreCharge, TakeReply } from "../store/store.js";
import type { Decision } from "./decision.js";
import type { Grant } from "./limiter.js";

/** A yes with its grant, which is no part of the data: two answers are equal when their figures are. */
export class Allowed {
  readonly kind = "allowed" as const;
  readonly remaining: number;
  readonly resetAfterMs: number;
  readonly #grant: Grant;

  constructor(remaining: number, resetAfterMs: number, grant: Grant) {
    this.remaining = remaining;
    this.resetAfterMs = resetAfterMs;
    this.#grant = grant;
  }

  get grant(): Grant {
    return this.#grant;
  }
}

/** A question that takes nothing is always answered yes. */
export function look(reply: TakeReply | undefined): Decision {
  return {
    kind: "allowed",
    remaining: reply?.remaining ?? Number.POSITIVE_INFINITY,
    resetAfterMs: reply === undefined ? 0 : Math.max(0, reply.idleUs - reply.nowUs) / 1000,
  };
}

/** The answer that no waiting changes. */
export function impossibility({ bucket, limit }: StoreCharge): Decision {
  return { kind: "impossible", bucket, burst: largestCostOf(limit) };
}

/** No waiting makes room for such a cost, so asking to wait for it is a mistake of the caller's. */
export function costError({ bucket, limit, cost }: StoreCharge): ConfigError {
  return new ConfigError({
    option: "cost",
    accepted: `a whole number from 0 to ${largestCostOf(limit)}, the burst of bucket ${show(bucket)}`,
    value: cost,
  });
}

/** The bucket's name by its place among the charges. */
export function bucketAt(charges: readonly StoreCharge[], index: number): string {
  return charges[index]?.bucket ?? "";
}
