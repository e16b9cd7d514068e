import { between, nonNegative, positive, type Random, type RetryOptions, wholeBetween } from "@sluice/core";
import type { WebClientOptions } from "@slack/web-api";

type RetryConfig = NonNullable<WebClientOptions["retryConfig"]>;

/** Beyond any deadline. */
const MOST_RETRIES = 1000;

/**
 * The SDK's `retryConfig` as options of our retry: how often, and how long between. `maxRetryTime` has no counterpart, the
 * call's own `timeoutMs` ends everything.
 *
 * @see https://github.com/tim-kos/node-retry#retrytimeoutsoptions (meaning and defaults, read 2026-11)
 * @throws ConfigError when a number is out of range.
 */
export function retryOptionsOf(config: RetryConfig, random: Random): Pick<RetryOptions, "maxRetries" | "delay"> {
  const factor = positive("retryConfig.factor", config.factor ?? 2);
  const minTimeoutMs = nonNegative("retryConfig.minTimeout", config.minTimeout ?? 1000);
  const maxTimeoutMs = between(
    "retryConfig.maxTimeout",
    config.maxTimeout ?? Infinity,
    0,
    Infinity,
    "a number of milliseconds >= 0, or Infinity",
  );
  const retries = config.forever === true || config.retries === Infinity ? MOST_RETRIES : (config.retries ?? 10);
  return {
    maxRetries: Math.min(MOST_RETRIES, wholeBetween("retryConfig.retries", retries, 0, Number.MAX_SAFE_INTEGER)),
    delay: (retry) => {
      const spread = config.randomize === true ? 1 + random() : 1;
      return Math.min(maxTimeoutMs, Math.round(spread * Math.max(minTimeoutMs, 1) * factor ** (retry - 1)));
    },
  };
}
