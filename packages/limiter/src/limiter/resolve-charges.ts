import { ConfigError, wholeBetween } from "@sluice/core";
import type { Charge } from "../limits/charge.js";
import { checkLimit } from "../limits/check-limit.js";
import { largestCostOf, type Limit, numbersOf } from "../limits/limit.js";
import type { StoreCharge } from "../store/store.js";

/** Charges checked and merged: what can be taken, what only is looked at, and what can never be. */
export interface ResolvedCharges {
  /** Those that take something, one per bucket. */
  readonly taking: readonly StoreCharge[];
  /** Those of cost 0, for a look. Named to the store with a cost of 1, since it looks at whole tokens. */
  readonly looking: readonly StoreCharge[];
  /** The first whose cost no waiting can satisfy. */
  readonly impossible: StoreCharge | undefined;
}

/**
 * @throws ConfigError naming the field, the range and the value.
 */
export function resolveCharges(charges: Charge | readonly Charge[]): ResolvedCharges {
  // One charge that takes something: the usual case, by a short way.
  const [only, second] = Array.isArray(charges) ? charges : [charges as Charge];
  if (only !== undefined && second === undefined) {
    const charge = checkCharge(only);
    const impossible = charge.cost > largestCostOf(charge.limit) ? charge : undefined;
    if (charge.cost > 0) return { taking: [charge], looking: nothing, impossible };
  }
  const list: readonly Charge[] = Array.isArray(charges) ? charges : [charges as Charge];
  if (list.length > 64) throw new ConfigError({ option: "charges", accepted: "a list of at most 64", value: list });
  const merged = new Map<string, { bucket: string; limit: Limit; cost: number }>();
  for (const charge of list) {
    const { bucket, limit, cost } = checkCharge(charge);
    const key = `${limit.kind}:${bucket}`;
    const same = merged.get(key);
    if (same === undefined) merged.set(key, { bucket, limit, cost });
    else if (sameNumbers(same.limit, limit)) same.cost += cost;
    else
      throw new ConfigError({
        option: `limit of bucket ${bucket}`,
        accepted: "the same numbers wherever one acquisition names the bucket",
        value: limit,
      });
  }
  const all = [...merged.values()];
  return {
    taking: all.filter(({ cost }) => cost > 0),
    looking: all.filter(({ cost }) => cost === 0).map((charge) => ({ ...charge, cost: 1 })),
    impossible: all.find(({ cost, limit }) => cost > largestCostOf(limit)),
  };
}

const nothing: readonly StoreCharge[] = Object.freeze([]);

// Limits are plain data and may come from anywhere, JSON included; each object is checked once.
const checked = new WeakSet<object>();

/** The limit, checked: this very one when it is complete and cannot change any more, else a copy that is. */
export function checkOnce(limit: Limit): Limit {
  if (checked.has(limit)) return limit;
  const complete = checkLimit(limit);
  const lacking = Object.keys(complete).some((name) => Reflect.get(limit, name) === undefined);
  if (lacking || !Object.isFrozen(limit)) return complete;
  checked.add(limit);
  return limit;
}

function checkCharge(charge: Charge): StoreCharge {
  if (typeof charge !== "object" || charge === null)
    throw new ConfigError({ option: "charge", accepted: "{ bucket, limit, cost? }", value: charge });
  const { bucket, limit, cost = 1 } = charge;
  if (typeof bucket !== "string" || bucket === "")
    throw new ConfigError({ option: "bucket", accepted: "a text that is not empty", value: bucket });
  const complete = typeof limit === "object" && limit !== null ? checkOnce(limit) : checkLimit(limit);
  return { bucket, limit: complete, cost: wholeBetween("cost", cost, 0, Number.MAX_SAFE_INTEGER) };
}

function sameNumbers(one: Limit, other: Limit): boolean {
  return numbersOf(one) === numbersOf(other);
}
