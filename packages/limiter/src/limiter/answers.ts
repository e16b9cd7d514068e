import { ConfigError, show } from "@sluice/core";
import { capacityOf } from "../limits/limit.js";
import type { StoreCharge, TakeReply } from "../store/store.js";
import type { Decision } from "./decision.js";

/** The answer to a question for one unit. */
export function decide(
  charges: readonly StoreCharge[],
  { nowUs, slots, nextUs, binding, remaining, idleUs }: TakeReply,
): Decision {
  return slots.length > 0
    ? { kind: "allowed", remaining, resetAfterMs: Math.max(0, idleUs - nowUs) / 1000 }
    : { kind: "delayed", retryAfterMs: Math.max(0, nextUs - nowUs) / 1000, bucket: bucketAt(charges, binding) };
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
  return { kind: "impossible", bucket, burst: capacityOf(limit) };
}

/** No waiting makes room for such a cost, so asking to wait for it is a mistake of the caller's. */
export function costError({ bucket, limit, cost }: StoreCharge): ConfigError {
  return new ConfigError({
    option: "cost",
    accepted: `a whole number from 0 to ${capacityOf(limit)}, the burst of bucket ${show(bucket)}`,
    value: cost,
  });
}

/** The bucket's name by its place among the charges. */
export function bucketAt(charges: readonly StoreCharge[], index: number): string {
  return charges[index]?.bucket ?? "";
}
