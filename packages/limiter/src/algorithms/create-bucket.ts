import { ConfigError } from "@sluice/core";
import type { Limit } from "../limits/limit.js";
import type { Bucket } from "./bucket.js";
import { CountedWindow } from "./counted-window.js";
import { SlidingWindow } from "./sliding-window.js";
import { TokenBucket } from "./token-bucket.js";

/** A bucket that was never used, under the algorithm of its limit. */
export function createBucket(limit: Limit, nowUs: number): Bucket {
  switch (limit.kind) {
    case "tokenBucket":
    case "leakyBucket":
      return new TokenBucket(limit, nowUs);
    case "slidingWindow":
    case "concurrency":
      return new SlidingWindow(limit);
    case "custom":
      throw new ConfigError({
        option: "store",
        accepted: "a store made by withCustomLimits() for custom limits",
        value: limit.name,
      });
    default:
      return new CountedWindow(limit);
  }
}
