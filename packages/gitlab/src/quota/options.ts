import { between, type Call, ConfigError, knownOptions, oneOf, wholeBetween } from "@sluice/core";
import type { Environment } from "@sluice/kit";
import { type Limit, type Quota, slidingWindow, tokenBucket } from "@sluice/limiter";
import { endpoints } from "./endpoints.js";

/** Whose published figures hold. */
export type GitLabTier = "gitlab.com" | "self-managed";

/** How the published figures are used, or what takes their place. */
export interface GitLabQuotaOptions {
  /**
   * Whose figures hold.
   *
   * @defaultValue `GITLAB_RATE_LIMIT_TIER`, else `"gitlab.com"` where that is the host, else `"self-managed"`
   */
  readonly tier?: GitLabTier | undefined;
  /**
   * Requests of a user per minute, all endpoints together. An instance of one's own limits them only when its administrator says so;
   * this is where you say it too.
   * Range: whole numbers 1 to 100000.
   *
   * @defaultValue `GITLAB_RATE_LIMIT_PER_MINUTE`, else the tier's: 2000 on GitLab.com, no limit on an instance of one's own
   */
  readonly perMinute?: number | undefined;
  /**
   * Makes that limit a plain token bucket of this size.
   * Unit: tokens. Range: whole numbers 1 to 100000.
   *
   * @defaultValue `GITLAB_RATE_LIMIT_TOKENS`, else none
   */
  readonly tokens?: number | undefined;
  /**
   * Makes that limit a plain token bucket with this refill.
   * Unit: tokens per second. Range: 0.0001 to 10000.
   *
   * @defaultValue `GITLAB_RATE_LIMIT_REFILL_RATE`, else none
   */
  readonly refillRate?: number | undefined;
  /**
   * Single named limits, keys of `gitlabComLimits` and `selfManagedLimits`: requests per minute, a limit of your own, or false for none.
   */
  readonly endpoints?: Readonly<Record<string, number | Limit | false>> | undefined;
  /**
   * Added to each window, for the way to GitLab, beside the time that each answer takes.
   * Unit: milliseconds. Range: 0 to `minuteMs`.
   *
   * @defaultValue a 240th of `minuteMs`: 250 for real minutes, which costs 0.4 % of the quota
   */
  readonly marginMs?: number | undefined;
  /**
   * How long one of the provider's minutes lasts. Only for a simulator that lives faster than real time.
   * Unit: milliseconds. Range: whole numbers 100 to 60000.
   *
   * @defaultValue 60000
   */
  readonly minuteMs?: number | undefined;
}

/** Complete and checked. */
export interface GitLabQuotaConfig {
  readonly tier: GitLabTier;
  readonly perMinute: number | undefined;
  readonly tokens: number | undefined;
  readonly refillRate: number | undefined;
  readonly endpoints: ReadonlyMap<string, number | Limit | false>;
  readonly marginMs: number;
  readonly minuteMs: number;
}

/** Whether the user brought a quota of their own. */
export function isQuota(quota: GitLabQuotaOptions | Quota | undefined): quota is (call: Call) => ReturnType<Quota> {
  return typeof quota === "function";
}

/**
 * Fills in what is left out from the environment, and checks all of it.
 *
 * @param host - decides the tier where nothing else does.
 * @throws ConfigError naming the option, or the variable where the value came from one.
 */
export function resolveQuota(
  options: GitLabQuotaOptions,
  env: Environment,
  host: string | undefined,
): GitLabQuotaConfig {
  knownOptions(
    "quota",
    options,
    ["tier", "perMinute", "tokens", "refillRate", "endpoints", "marginMs", "minuteMs"],
    "an object of options, or a function",
  );
  const minuteMs = wholeBetween("quota.minuteMs", options.minuteMs ?? 60_000, 100, 60_000);
  const tier = given(env, "quota.tier", options.tier, "GITLAB_RATE_LIMIT_TIER", String);
  const perMinute = given(env, "quota.perMinute", options.perMinute, "GITLAB_RATE_LIMIT_PER_MINUTE", numberIn);
  const tokens = given(env, "quota.tokens", options.tokens, "GITLAB_RATE_LIMIT_TOKENS", numberIn);
  const rate = given(env, "quota.refillRate", options.refillRate, "GITLAB_RATE_LIMIT_REFILL_RATE", numberIn);
  return {
    tier: tier.value === undefined ? tierOf(host) : oneOf(tier.name, tier.value, ["gitlab.com", "self-managed"]),
    perMinute: perMinute.value === undefined ? undefined : wholeBetween(perMinute.name, perMinute.value, 1, 100_000),
    tokens: tokens.value === undefined ? undefined : wholeBetween(tokens.name, tokens.value, 1, 100_000),
    refillRate:
      rate.value === undefined
        ? undefined
        : between(rate.name, rate.value, 1e-4, 1e4, "a number of tokens per second from 0.0001 to 10000"),
    endpoints: checkEndpoints(options.endpoints ?? {}),
    marginMs: between("quota.marginMs", options.marginMs ?? minuteMs / 240, 0, minuteMs),
    minuteMs,
  };
}

/** GitLab.com's own figures hold there and nowhere else. */
function tierOf(host: string | undefined): GitLabTier {
  return host === undefined || new URL(host).hostname === "gitlab.com" ? "gitlab.com" : "self-managed";
}

function given<Value, Read>(
  env: Environment,
  option: string,
  value: Value | undefined,
  variable: string,
  read: (text: string) => Read,
): { readonly name: string; readonly value: Value | Read | undefined } {
  if (value !== undefined) return { name: option, value };
  const text = env[variable];
  return { name: variable, value: text === undefined || text === "" ? undefined : read(text) };
}

/** Number("") is 0 and Number("0x10") is 16: neither is what anybody meant. What is no number stays a text, to be refused. */
function numberIn(text: string): number | string {
  return /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}

const names = new Set(endpoints.map(({ name }) => name));

function checkEndpoints(limits: Readonly<Record<string, number | Limit | false>>): GitLabQuotaConfig["endpoints"] {
  return new Map(
    Object.entries(limits).map(([name, limit]) => {
      oneOf("quota.endpoints", name, [...names]);
      return [name, checkEndpoint(`quota.endpoints["${name}"]`, limit)];
    }),
  );
}

function checkEndpoint(option: string, limit: number | Limit | false): number | Limit | false {
  if (limit === false) return false;
  if (typeof limit === "number") return wholeBetween(option, limit, 1, 100_000);
  const accepted = "requests per minute from 1 to 100000, a limit made by tokenBucket() or slidingWindow(), or false";
  try {
    if (limit?.kind === "tokenBucket") return tokenBucket(limit);
    if (limit?.kind === "slidingWindow") return slidingWindow(limit);
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError({ ...error, option: `${option}.${error.option}` });
    throw error;
  }
  throw new ConfigError({ option, accepted, value: limit });
}
