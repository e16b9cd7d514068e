import { ConfigError } from "@sluice/core";
import { largestCostOf, leakyBucket } from "@sluice/limiter";
import type { BurstStrategy, NormalWindow, PolicyAlgorithm, PolicyWindow } from "./policy.js";

/** What else of a policy its windows depend on. */
export interface WindowRules {
  readonly algorithm: PolicyAlgorithm;
  readonly burstStrategy: BurstStrategy;
  readonly cost: number;
}

/**
 * Windows in milliseconds, shortest first.
 *
 * @param option - the policy's path in errors.
 * @throws ConfigError naming the window that the algorithm cannot keep.
 */
export function checkWindows(
  option: string,
  windows: readonly PolicyWindow[],
  rules: WindowRules,
): readonly NormalWindow[] {
  const seen = new Map<number, number>();
  const normal = windows.map((window, index) => {
    const path = `${option}.windows[${index}]`;
    const made = checkWindow(path, window, rules);
    const before = seen.get(made.windowMs);
    if (before !== undefined) {
      const accepted = `of another length than windows[${before}] (${made.windowMs} ms)`;
      throw new ConfigError({ option: path, accepted, value: `${made.windowMs} ms` });
    }
    seen.set(made.windowMs, index);
    checkCost(option, index, made, rules);
    return made;
  });
  return Object.freeze(normal.toSorted((a, b) => a.windowMs - b.windowMs));
}

function checkWindow(option: string, window: PolicyWindow, { algorithm, burstStrategy }: WindowRules): NormalWindow {
  const { limit, burst = 0, per } = window;
  const windowMs = per === undefined ? (window.windowMs ?? 0) : lengths[per];
  const size = limit + (burstStrategy === "strict" ? 0 : burst);
  const most = algorithm === "slidingWindow" ? 100_000 : 2e9;
  if (limit > most || (algorithm !== "leakyBucket" && size > most)) {
    const field = limit > most ? "limit" : "burst";
    const accepted = `such that limit and burst together are at most ${most} for ${algorithm}`;
    throw new ConfigError({ option: `${option}.${field}`, accepted, value: field === "limit" ? limit : burst });
  }
  // A counted window without a burst stands alone, and needs no bucket of its average.
  const counted = algorithm !== "leakyBucket" && algorithm !== "tokenBucket" && size === limit;
  const rate = (limit * 1000) / windowMs;
  const fastest = algorithm === "leakyBucket" ? 1e6 : 1e9;
  if (!counted && (rate < 1e-6 || rate > fastest)) {
    const accepted = `1e-6 to ${fastest} tokens per second for ${algorithm}`;
    throw new ConfigError({ option: `${option}.limit`, accepted, value: `${limit} in ${windowMs} ms` });
  }
  return Object.freeze({ limit, windowMs, burst: burst + 0 });
}

/** A call that costs more than the window holds would wait for ever. */
function checkCost(option: string, index: number, { limit, windowMs, burst }: NormalWindow, rules: WindowRules): void {
  const leaky = rules.algorithm === "leakyBucket";
  const size = leaky
    ? largestCostOf(leakyBucket({ rate: (limit * 1000) / windowMs }))
    : limit + (rules.burstStrategy === "strict" ? 0 : burst);
  if (rules.cost <= size) return;
  const accepted = `at most ${size}, what windows[${index}] holds`;
  throw new ConfigError({ option: `${option}.cost`, accepted, value: rules.cost });
}

const lengths = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
