import { ConfigError, knownOptions } from "@sluice/core";
import type { Environment } from "@sluice/kit";
import { type Quota, tokenBucket, type TokenBucketLimit } from "@sluice/limiter";
import { numberIn } from "../settings/number-in.js";
import { clientGoRate } from "./generated/figures.js";

/** The rate of requests to a cluster. */
export interface KubernetesQuotaOptions {
  /**
   * Unit: tokens per second. Range: 1e-6 to 1e9.
   *
   * @defaultValue `KUBERNETES_RATE_LIMIT_REFILL_RATE`, else 5, which is client-go's (`clientGoRate`)
   */
  readonly refillRate?: number | undefined;
  /**
   * Largest burst of an idle bucket. Unit: tokens. Range: whole numbers from 1.
   *
   * @defaultValue `KUBERNETES_RATE_LIMIT_BURST`, else 10, which is client-go's (`clientGoRate`)
   */
  readonly burst?: number | undefined;
}

/** Whether the user brought a quota of their own. */
export function isQuota(quota: KubernetesQuotaOptions | Quota | undefined): quota is Quota {
  return typeof quota === "function";
}

/**
 * Fills in what is left out from the environment, and checks all of it.
 *
 * @throws ConfigError naming the option, or the variable where the value came from one.
 */
export function resolveQuota(options: KubernetesQuotaOptions, env: Environment): TokenBucketLimit {
  knownOptions("quota", options, ["refillRate", "burst"], "an object of options, or a function");
  const refillRate = setting("refillRate", options.refillRate, "KUBERNETES_RATE_LIMIT_REFILL_RATE", env);
  const burst = setting("burst", options.burst, "KUBERNETES_RATE_LIMIT_BURST", env);
  try {
    return tokenBucket({ refillRate: refillRate.value, burst: burst.value });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { accepted, value } = error;
    throw new ConfigError({ option: (error.option === "burst" ? burst : refillRate).name, accepted, value });
  }
}

function setting(
  name: "refillRate" | "burst",
  given: number | undefined,
  variable: string,
  env: Environment,
): { readonly name: string; readonly value: number } {
  if (given !== undefined) return { name: `quota.${name}`, value: given };
  const found = numberIn(env, variable);
  return found === undefined ? { name: `quota.${name}`, value: clientGoRate[name] } : { name: variable, value: found };
}
