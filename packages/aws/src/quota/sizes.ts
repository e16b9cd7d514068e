import { type Limit, slidingWindow, tokenBucket } from "@sluice/limiter";
import type { PublishedLimit, PublishedSize } from "./published-limit.js";

/** How published figures become limits. */
export interface SizeConfig {
  readonly share: number;
  readonly marginMs: number;
}

/** Rates up to this are counted exactly; beyond it, remembering every grant costs more than it is worth. Unit: tokens. */
const MOST_EXACT = 500;
/** Part of a large rate that may go at once; with what flows in meanwhile, no second holds more than the whole. */
const BURST_PART = 0.1;

/** Our part of a published size, with room for the way to AWS. */
export function sizeToLimit(size: PublishedSize, { share, marginMs }: SizeConfig): Limit {
  if ("capacity" in size) {
    const refillRate = size.refillPerSecond * share;
    const whole = Math.max(1, Math.floor(size.capacity * share));
    return tokenBucket({ refillRate, burst: lessMargin(whole, refillRate, marginMs) });
  }
  const limit = Math.max(1, Math.floor(size.limit * share));
  if (limit <= MOST_EXACT) return slidingWindow({ limit, windowMs: size.windowMs + marginMs });
  const burst = Math.floor(limit * BURST_PART);
  const refillRate = ((limit - burst) * 1000) / size.windowMs;
  return tokenBucket({ refillRate, burst: lessMargin(burst, refillRate, marginMs) });
}

/** Less what flows in during the margin: a request held up on its way must not meet the next one there. */
function lessMargin(burst: number, refillRate: number, marginMs: number): number {
  return Math.max(1, burst - Math.ceil((refillRate * marginMs) / 1000));
}

/** The size that holds in a region. */
function sizeIn(limit: PublishedLimit, region: string | undefined): PublishedSize {
  return (region === undefined ? undefined : limit.byRegion?.[region]) ?? limit;
}

/** Limits by figure and region, each made once. */
export function createSizes(config: SizeConfig): (limit: PublishedLimit, region: string | undefined) => Limit {
  const made = new WeakMap<PublishedSize, Limit>();
  return (limit, region) => {
    const size = sizeIn(limit, region);
    let own = made.get(size);
    if (own === undefined) made.set(size, (own = sizeToLimit(size, config)));
    return own;
  };
}
