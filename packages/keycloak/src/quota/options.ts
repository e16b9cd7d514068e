import { ConfigError, knownOptions } from "@sluice/core";
import type { Environment } from "@sluice/kit";
import { type Quota, type TokenBucketLimit, tokenBucket } from "@sluice/limiter";
import { numberIn } from "../settings/number-in.js";
import { globalRate, namespaceRate } from "./generated/figures.js";

/** Numbers of one of the two buckets. */
export interface RateOptions {
  /** Unit: tokens per second. Range: 1e-6 to 1e9. */
  readonly refillRate?: number | undefined;
  /** Largest burst of an idle bucket. Unit: tokens. Range: whole numbers from 1. */
  readonly burst?: number | undefined;
}

/** The two levels: every call takes from the global bucket, and one on behalf of a namespace from that namespace's too. */
export interface KeycloakQuotaOptions {
  /**
   * All calls to the server.
   *
   * @defaultValue `KEYCLOAK_API_GLOBAL_RATE_LIMIT_TPS` and `_BURST`, else 50 per second, burst 100 (`globalRate`)
   */
  readonly global?: RateOptions | undefined;
  /**
   * Calls on behalf of each namespace.
   *
   * @defaultValue `KEYCLOAK_API_NAMESPACE_RATE_LIMIT_TPS` and `_BURST`, else 5 per second, burst 10 (`namespaceRate`)
   */
  readonly namespace?: RateOptions | undefined;
}

/** Complete and checked. */
export interface KeycloakQuotaConfig {
  readonly global: TokenBucketLimit;
  readonly namespace: TokenBucketLimit;
}

/** Whether the user brought a quota of their own. */
export function isQuota(quota: KeycloakQuotaOptions | Quota | undefined): quota is Quota {
  return typeof quota === "function";
}

/**
 * Fills in what is left out from the environment, and checks all of it.
 *
 * @throws ConfigError naming the option, or the variable where the value came from one.
 */
export function resolveQuota(options: KeycloakQuotaOptions, env: Environment): KeycloakQuotaConfig {
  knownOptions("quota", options, ["global", "namespace"], "an object of options, or a function");
  return {
    global: bucketOf("global", options.global ?? {}, globalRate, env),
    namespace: bucketOf("namespace", options.namespace ?? {}, namespaceRate, env),
  };
}

function bucketOf(
  level: "global" | "namespace",
  options: RateOptions,
  published: { readonly refillRate: number; readonly burst: number },
  env: Environment,
): TokenBucketLimit {
  knownOptions(`quota.${level}`, options, ["refillRate", "burst"], "an object with refillRate and burst");
  const prefix = `KEYCLOAK_API_${level.toUpperCase()}`;
  const rate = setting(`quota.${level}.refillRate`, options.refillRate, [`${prefix}_RATE_LIMIT_TPS`], env);
  // The second name is the one that operators used first.
  const bursts = [`${prefix}_RATE_LIMIT_BURST`, `${prefix}_BURST`];
  const burst = setting(`quota.${level}.burst`, options.burst, bursts, env);
  try {
    return tokenBucket({ refillRate: rate?.value ?? published.refillRate, burst: burst?.value ?? published.burst });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { accepted, value } = error;
    throw new ConfigError({
      option: (error.option === "burst" ? burst : rate)?.name ?? `quota.${level}`,
      accepted,
      value,
    });
  }
}

function setting(
  option: string,
  given: number | undefined,
  variables: readonly string[],
  env: Environment,
): { readonly name: string; readonly value: number } | undefined {
  if (given !== undefined) return { name: option, value: given };
  for (const name of variables) {
    const value = numberIn(env, name);
    if (value !== undefined) return { name, value };
  }
  return undefined;
}
