import { nonNegative, positive, type Random, type RetryOptions, wholeBetween } from "@sluice/core";
import type { WebClientOptions } from "@slack/web-api";

type RetryConfig = NonNullable<WebClientOptions["retryConfig"]>;

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
  const maxTimeoutMs = config.maxTimeout ?? Number.POSITIVE_INFINITY;
  const retries = config.forever === true ? 1000 : (config.retries ?? 10);
  return {
    maxRetries: wholeBetween("retryConfig.retries", Math.min(retries, 1000), 0, 1000),
    delay: (retry) => {
      const spread = config.randomize === true ? 1 + random() : 1;
      return Math.min(maxTimeoutMs, Math.round(spread * Math.max(minTimeoutMs, 1) * factor ** (retry - 1)));
    },
  };
}
