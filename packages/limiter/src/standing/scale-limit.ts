import { type Limit, numbersOf } from "../limits/limit.js";
import type { StandingCharge } from "./standing.js";

/**
 * A limit at another rate; places of concurrency limits do not follow conduct. Never smaller than the cost: what is rare shall not be
 * impossible. The steps are those of lua/includes/standing.lua.
 */
export function scaleLimit(
  limit: Limit,
  rate: number,
  cost: number,
  { burst, elastic }: Omit<StandingCharge, "index">,
): Limit {
  const plain = rate === 1 || limit.kind === "concurrency" || limit.kind === "custom";
  if (plain) return limit;
  const size = (whole: number): number => {
    const above = Math.min(burst, whole);
    const part = elastic ? (rate < 1 ? 0 : above) : above * rate;
    return Math.max(1, cost, Math.floor((whole - above) * rate + part));
  };
  switch (limit.kind) {
    case "tokenBucket":
      return same({ kind: limit.kind, refillRate: limit.refillRate * rate, burst: size(limit.burst) });
    case "leakyBucket":
      return same({ kind: limit.kind, rate: limit.rate * rate });
    default:
      return same({ kind: limit.kind, limit: size(limit.limit), windowMs: limit.windowMs });
  }
}

const MOST_KNOWN = 1000;
const known = new Map<string, Limit>();

/** The same object for the same numbers, as stores tell limits apart by it. */
function same(limit: Limit): Limit {
  const numbers = numbersOf(limit);
  const before = known.get(numbers);
  if (before !== undefined) return before;
  if (known.size >= MOST_KNOWN) known.clear();
  const made = Object.freeze(limit);
  known.set(numbers, made);
  return made;
}
