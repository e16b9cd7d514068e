import { TokenBucket } from "limiter";
import type { Bound } from "@sluice/test/fleet";
import type { Peer } from "./peer.js";

/** A bucket in each process. Shared only by giving each its part. */
export const limiterPeer: Peer = {
  name: "limiter",

  memory(bound) {
    const buckets = new Map<string, TokenBucket>();
    return {
      decide(key) {
        let bucket = buckets.get(key);
        if (bucket === undefined) {
          bucket = bucketOf(bound);
          buckets.set(key, bucket);
        }
        return bucket.tryRemoveTokens(1);
      },
      close: () => buckets.clear(),
    };
  },

  waiting({ processes }, { refillRate, burst }) {
    const bucket = bucketOf({ refillRate: refillRate / processes, burst: Math.floor(burst / processes) });
    return {
      async wait() {
        await bucket.removeTokens(1);
        return {};
      },
      close: () => {},
    };
  },
};

/** Its buckets begin empty; ours and everybody else's begin full. */
function bucketOf({ refillRate, burst }: Bound): TokenBucket {
  const bucket = new TokenBucket({ bucketSize: burst, tokensPerInterval: refillRate, interval: "second" });
  bucket.content = burst;
  return bucket;
}
