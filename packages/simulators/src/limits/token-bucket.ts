import { share, wholeAtLeast } from "../checks.js";
import { minuteMs, type Counter } from "./counter.js";

/**
 * Size of a bucket: a number of tokens, or a share of the limit's requests per minute, rounded down but at least 1.
 * Range: whole numbers >= 1, or a share above 0 and at most 1.
 *
 * @public
 */
export type Burst = { readonly tokens: number } | { readonly share: number };

/**
 * Refills `perMinute` tokens a minute up to the burst; a request takes one. The bucket starts full.
 *
 * Levels are counted in parts of which a token has 60 000, so a millisecond refills `perMinute` whole parts and whole
 * milliseconds never round. The moment at which a token is ready is a division and may be a fraction of a millisecond.
 *
 * @public
 */
export function tokenBucket(perMinute: number, burst: Burst): Counter {
  const fullLevel = burstTokens(wholeAtLeast("perMinute", perMinute, 1), burst) * minuteMs;
  let level = fullLevel;
  let levelAtMs: number | undefined;

  const levelAt = (nowMs: number): number => Math.min(fullLevel, level + (nowMs - (levelAtMs ?? nowMs)) * perMinute);

  return {
    freeAtMs(nowMs) {
      const missing = minuteMs - levelAt(nowMs);
      return missing <= 0 ? nowMs : nowMs + missing / perMinute;
    },
    take(atMs) {
      level = levelAt(atMs) - minuteMs;
      levelAtMs = atMs;
    },
    isFresh: (nowMs) => levelAt(nowMs) === fullLevel,
  };
}

/** The size of the bucket in tokens. */
function burstTokens(perMinute: number, burst: Burst): number {
  if ("tokens" in burst) return wholeAtLeast("burst.tokens", burst.tokens, 1);
  return Math.max(1, Math.floor(perMinute * share("burst.share", burst.share)));
}
