import { expectTypeOf } from "vitest";
import {
  type BucketSight,
  type Charge,
  createLimiter,
  type Limiter,
  type LimiterSight,
  memoryStore,
  tokenBucket,
} from "../index.js";

const limiter = createLimiter({ store: memoryStore() });
const charge: Charge = { bucket: "b", limit: tokenBucket({ refillRate: 1 }) };

expectTypeOf(limiter).toEqualTypeOf<Limiter>();
expectTypeOf(limiter.inspect()).resolves.toEqualTypeOf<LimiterSight>();
expectTypeOf(limiter.inspect([charge], { timeoutMs: 5 })).resolves.toEqualTypeOf<LimiterSight>();
expectTypeOf<LimiterSight["buckets"]>().toEqualTypeOf<readonly BucketSight[]>();
expectTypeOf<BucketSight["left"]>().toEqualTypeOf<number | null>();

// @ts-expect-error a charge has a limit
void limiter.inspect({ bucket: "b" });
// @ts-expect-error options have names that are known
void limiter.inspect(charge, { timeout: 5 });
// @ts-expect-error what was seen is not changed
(await limiter.inspect()).mode = "open";
