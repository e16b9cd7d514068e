import { limitsOf, type PolicyLimit } from "../engine/charges.js";
import type { NormalPolicy, NormalWindow } from "../policies/policy.js";
import type { Override } from "./override.js";

const known = new WeakMap<Override, WeakMap<NormalPolicy, readonly PolicyLimit[]>>();

/** The limits of a policy while the override holds; undefined when there are none. */
export function limitsUnder(override: Override, policy: NormalPolicy): readonly PolicyLimit[] | undefined {
  if (override.unlimited) return undefined;
  const ofOverride = known.get(override) ?? new WeakMap<NormalPolicy, readonly PolicyLimit[]>();
  known.set(override, ofOverride);
  const before = ofOverride.get(policy);
  if (before !== undefined) return before;
  const limits = limitsOf({
    ...policy,
    windows: windowsUnder(override, policy).map((window) => fitting(window, policy)),
  });
  ofOverride.set(policy, limits);
  return limits;
}

/** The windows of a policy while the override holds. In each of the policy's own no more is let through than `factor` times its limit. */
export function windowsUnder(
  { windows, multiply, factor }: Pick<Override, "windows" | "multiply" | "factor">,
  policy: Pick<NormalPolicy, "windows">,
): readonly NormalWindow[] {
  if (windows === undefined) return policy.windows.map((window) => times(window, multiply ?? 1));
  const most = policy.windows.map((window) => times(window, factor));
  const held = windows.map((window) => {
    const same = most.find(({ windowMs }) => windowMs === window.windowMs);
    return same === undefined ? window : lower(window, same);
  });
  // One of the grant's that lets through less in any time makes it needless.
  const more = most.filter(
    (one) => !held.some((other) => rateOf(other) <= rateOf(one) && sizeOf(other) <= sizeOf(one)),
  );
  return [...held, ...more].toSorted((one, other) => one.windowMs - other.windowMs);
}

function times({ limit, windowMs, burst }: NormalWindow, factor: number): NormalWindow {
  return { limit: Math.max(1, Math.round(limit * factor)), windowMs, burst: Math.round(burst * factor) };
}

function lower(one: NormalWindow, other: NormalWindow): NormalWindow {
  const limit = Math.min(one.limit, other.limit);
  return { limit, windowMs: one.windowMs, burst: Math.max(0, Math.min(sizeOf(one), sizeOf(other)) - limit) };
}

function rateOf({ limit, windowMs }: NormalWindow): number {
  return limit / windowMs;
}

function sizeOf({ limit, burst }: NormalWindow): number {
  return limit + burst;
}

/** What the algorithm of the policy can keep; it may have been another one when the override was granted. */
function fitting({ limit, windowMs, burst }: NormalWindow, { algorithm }: NormalPolicy): NormalWindow {
  const most = algorithm === "slidingWindow" ? 100_000 : 2e9;
  const fastest = algorithm === "leakyBucket" ? 1e6 : 1e9;
  const slowest = Math.ceil((1e-6 * windowMs) / 1000);
  const held = Math.max(1, slowest, Math.min(limit, most, Math.floor((fastest * windowMs) / 1000)));
  return { limit: held, windowMs, burst: Math.min(burst, most - held) };
}
