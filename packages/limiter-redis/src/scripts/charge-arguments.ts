import type { Limit, StoreCharge } from "@sluice/limiter";

/** Adds the five arguments of a charge, see lua/includes/buckets.lua. */
export function pushCharge(args: string[], { limit, cost }: StoreCharge, known: string): void {
  const [kind, first, second] = numbers(limit);
  args.push(kind, String(first), String(second), String(cost), known);
}

function numbers(limit: Limit): readonly [kind: string, first: number, second: number] {
  switch (limit.kind) {
    case "tokenBucket":
      return ["t", limit.refillRate, limit.burst];
    case "leakyBucket":
      return ["l", limit.rate, 1];
    case "concurrency":
      return ["c", limit.max, limit.leaseMs * 1000];
    // No script knows it, and each refuses it; `withCustomLimits` keeps it away from here.
    case "custom":
      return ["x", 1, 1];
    default:
      return [windowKinds[limit.kind], limit.limit, limit.windowMs * 1000];
  }
}

const windowKinds = { slidingWindow: "w", fixedWindow: "f", slidingWindowCounter: "s" } as const;
