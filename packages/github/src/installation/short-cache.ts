import type { Clock } from "@sluice/core";

/** What @octokit/auth-app takes as its `cache`. */
export interface StrategyCache {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  clear(): void;
}

/** Unit: milliseconds. */
const KEPT_MS = 30_000;
const MOST = 1000;

/**
 * Saves the strategy a signature for each request. The strategy's own cache keeps a token for 59 minutes from when it hears of it,
 * which is too long for one that another process got long before; so this one forgets soon, and then the fleet is asked again.
 */
export function shortCache(clock: Clock): StrategyCache {
  const entries = new Map<string, { readonly value: string; readonly untilMs: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      return entry !== undefined && entry.untilMs > clock.now() ? entry.value : undefined;
    },
    set(key, value) {
      if (entries.size >= MOST) entries.clear();
      entries.set(key, { value, untilMs: clock.now() + KEPT_MS });
    },
    clear: () => entries.clear(),
  };
}
