import {
  fixedWindow,
  type Limit,
  leakyBucket,
  slidingWindow,
  slidingWindowCounter,
  type StandingCharge,
  tokenBucket,
} from "@sluice/limiter";
import type { NormalPolicy, NormalWindow } from "../policies/policy.js";

/** One limit of a policy: which window it keeps, and what of it is burst. */
export interface PolicyLimit extends Omit<StandingCharge, "index"> {
  readonly limit: Limit;
  readonly window: NormalWindow;
  /** Tells the limits of one window apart. */
  readonly suffix: "" | "~";
}

const known = new WeakMap<NormalPolicy, readonly PolicyLimit[]>();

/**
 * The limits of a policy. A window is `limit` on average and `burst` more at once: a bucket says both. A counted window that holds the
 * burst too would allow it again in each window, so a bucket of the average goes with it.
 */
export function limitsOf(policy: NormalPolicy): readonly PolicyLimit[] {
  const before = known.get(policy);
  if (before !== undefined) return before;
  const limits = policy.windows.flatMap((window) => limitsOfWindow(policy, window));
  known.set(policy, limits);
  return limits;
}

function limitsOfWindow({ algorithm, burstStrategy }: NormalPolicy, window: NormalWindow): PolicyLimit[] {
  const burst = burstStrategy === "strict" ? 0 : window.burst;
  const elastic = burstStrategy === "adaptive";
  const { limit, windowMs } = window;
  const refillRate = (limit * 1000) / windowMs;
  const average = (): Limit => tokenBucket({ refillRate, burst: limit + burst });
  const made = (own: Limit, suffix: PolicyLimit["suffix"] = ""): PolicyLimit => ({
    limit: own,
    window,
    suffix,
    burst,
    elastic,
  });
  switch (algorithm) {
    case "tokenBucket":
      return [made(average())];
    case "leakyBucket":
      return [made(leakyBucket({ rate: refillRate }))];
    default: {
      const counted = windows[algorithm]({ limit: limit + burst, windowMs });
      return burst === 0 ? [made(counted)] : [made(counted), made(average(), "~")];
    }
  }
}

const windows = { slidingWindow, fixedWindow, slidingWindowCounter } as const;
