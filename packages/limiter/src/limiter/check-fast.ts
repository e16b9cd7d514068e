import type { Charge } from "../limits/charge.js";
import type { TokenBucketLimit } from "../limits/token-bucket.js";
import { checkOnce } from "./resolve-charges.js";

let lastChecked: unknown;

/**
 * Whether this is one charge on one token bucket in perfect order, so that it can be decided as it is. Everything else, mistakes
 * included, goes the longer way, which says what is wrong.
 */
export function checkFast(
  charges: Charge | readonly Charge[],
): charges is Charge & { readonly limit: TokenBucketLimit } {
  if (typeof charges !== "object" || charges === null) return false;
  const { bucket, limit, cost } = charges as Partial<Charge>;
  if (limit !== lastChecked) {
    if (typeof limit !== "object" || limit?.kind !== "tokenBucket" || checkOnce(limit) !== limit) return false;
    lastChecked = limit;
  }
  return (
    typeof bucket === "string" &&
    bucket !== "" &&
    (cost === undefined || (Number.isInteger(cost) && cost > 0 && cost <= (limit as TokenBucketLimit).burst))
  );
}
