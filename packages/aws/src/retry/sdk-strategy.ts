import type { SdkConfig } from "../client/sdk.js";

/**
 * Puts a strategy that never retries in the place of the SDK's. The SDK's `maxAttempts` stays as it is, since the first request
 * already names it, and so does the mode, which the user agent names.
 */
export function switchOffRetries(config: SdkConfig): void {
  const own = config.retryStrategy;
  let once: Promise<object> | undefined;
  config.retryStrategy = () => {
    once ??= modeOf(own).then((mode) => ({ ...(mode === undefined ? {} : { mode }), ...never }));
    return once;
  };
}

const token = { getRetryCount: () => 0, getRetryDelay: () => 0 };
const never = {
  acquireInitialRetryToken: async () => token,
  refreshRetryTokenForRetry: () => Promise.reject(new Error("Retried outside the SDK")),
  recordSuccess: () => {},
};

async function modeOf(strategy: SdkConfig["retryStrategy"]): Promise<unknown> {
  return ((await strategy?.()) as { readonly mode?: unknown } | undefined)?.mode;
}
