import { between, type Call, ConfigError, knownOptions, wholeBetween } from "@sluice/core";
import type { Environment } from "@sluice/kit";
import { fixedWindow, type Limit, type Quota, slidingWindow, tokenBucket } from "@sluice/limiter";
import type { ResourceName } from "../operations/resource.js";
import { resourceLimits, secondaryLimits } from "./generated/limits.js";
import { type TierName, tierNames } from "./tiers.js";

/** How the published figures are used, or what takes their place. */
export interface GitHubQuotaOptions {
  /**
   * Which published tier the credential has; `none` for a server without limits.
   *
   * @defaultValue `GITHUB_RATE_LIMIT_TIER`, else the least that the credential can have on GitHub.com, `none` on another server
   */
  readonly tier?: TierName | undefined;
  /**
   * Makes the `core` limit a plain token bucket of this size.
   * Unit: tokens. Range: whole numbers 1 to 1000000.
   *
   * @defaultValue `GITHUB_RATE_LIMIT_TOKENS`, else none
   */
  readonly tokens?: number | undefined;
  /**
   * Makes the `core` limit a plain token bucket with this refill.
   * Unit: tokens per second. Range: 0.0001 to 10000.
   *
   * @defaultValue `GITHUB_RATE_LIMIT_REFILL_RATE`, else none
   */
  readonly refillRate?: number | undefined;
  /**
   * Single resources as `x-ratelimit-resource` names them: requests, or points, in the resource's published hour or minute, or a limit
   * of your own. Range: whole numbers 1 to 100000.
   */
  readonly resources?: Readonly<Partial<Record<ResourceName, number | Limit>>> | undefined;
  /** Whether the secondary limits are kept. @defaultValue true, but with tier `none` */
  readonly secondary?: boolean | undefined;
  /** Requests in flight in the whole fleet. Range: whole numbers 1 to 100000. @defaultValue 100, as published */
  readonly concurrent?: number | undefined;
  /**
   * Added to each window for the way to GitHub, beside the time that each answer takes.
   * Unit: milliseconds. Range: 0 to `minuteMs`.
   *
   * @defaultValue a 240th of `minuteMs`: 250 for real minutes
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
export interface GitHubQuotaConfig {
  readonly tier: TierName | undefined;
  readonly tokens: number | undefined;
  readonly refillRate: number | undefined;
  readonly resources: ReadonlyMap<string, number | Limit>;
  readonly secondary: boolean | undefined;
  readonly concurrent: number;
  readonly marginMs: number;
  readonly minuteMs: number;
}

/** Whether the user brought a quota of their own. */
export function isQuota(quota: GitHubQuotaOptions | Quota | undefined): quota is (call: Call) => ReturnType<Quota> {
  return typeof quota === "function";
}

/**
 * Fills in what is left out from the environment, and checks all of it.
 *
 * @throws ConfigError naming the option, or the variable where the value came from one.
 */
export function resolveQuota(options: GitHubQuotaOptions, env: Environment): GitHubQuotaConfig {
  knownOptions(
    "quota",
    options,
    ["tier", "tokens", "refillRate", "resources", "secondary", "concurrent", "marginMs", "minuteMs"],
    "an object of options, or a function",
  );
  const given = <Value>(option: string, value: Value | undefined, variable: string, read: (text: string) => unknown) =>
    value === undefined
      ? { name: variable, value: (env[variable] ?? "") === "" ? undefined : read(env[variable] as string) }
      : { name: `quota.${option}`, value };
  const tier = given("tier", options.tier, "GITHUB_RATE_LIMIT_TIER", (text) => text.trim().toLowerCase());
  const tokens = given("tokens", options.tokens, "GITHUB_RATE_LIMIT_TOKENS", numberIn);
  const rate = given("refillRate", options.refillRate, "GITHUB_RATE_LIMIT_REFILL_RATE", numberIn);
  const minuteMs = wholeBetween("quota.minuteMs", options.minuteMs ?? 60_000, 100, 60_000);
  return {
    tier: tier.value === undefined ? undefined : checkTier(tier.name, tier.value),
    tokens: tokens.value === undefined ? undefined : wholeBetween(tokens.name, tokens.value, 1, 1_000_000),
    refillRate:
      rate.value === undefined
        ? undefined
        : between(rate.name, rate.value, 1e-4, 1e4, "a number of tokens per second from 0.0001 to 10000"),
    resources: checkResources(options.resources ?? {}),
    secondary: checkFlag("quota.secondary", options.secondary),
    concurrent: wholeBetween(
      "quota.concurrent",
      options.concurrent ?? secondaryLimits.concurrentRequests.value,
      1,
      100_000,
    ),
    marginMs: between("quota.marginMs", options.marginMs ?? minuteMs / 240, 0, minuteMs),
    minuteMs,
  };
}

/** Number("") is 0 and Number("0x10") is 16: neither is what anybody meant. */
function numberIn(text: string): unknown {
  return /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}

function checkTier(option: string, value: unknown): TierName {
  const found = tierNames.find((name) => name === value);
  if (found !== undefined) return found;
  throw new ConfigError({ option, accepted: tierNames.join(", "), value });
}

function checkFlag(option: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === "boolean") return value;
  throw new ConfigError({ option, accepted: "true or false", value });
}

function checkResources(resources: NonNullable<GitHubQuotaOptions["resources"]>): ReadonlyMap<string, number | Limit> {
  if (typeof resources !== "object" || resources === null)
    throw new ConfigError({ option: "quota.resources", accepted: "an object of limits by resource", value: resources });
  return new Map(
    Object.entries(resources).map(([name, limit]) => {
      const option = `quota.resources["${name}"]`;
      if (!Object.hasOwn(resourceLimits, name))
        throw new ConfigError({ option, accepted: Object.keys(resourceLimits).join(", "), value: name });
      return [name, checkLimit(option, limit)];
    }),
  );
}

const makers = { tokenBucket, slidingWindow, fixedWindow };

function checkLimit(option: string, limit: number | Limit): number | Limit {
  if (typeof limit === "number") return wholeBetween(option, limit, 1, 100_000);
  const kind: unknown = (limit as { kind?: unknown } | null | undefined)?.kind;
  try {
    if (typeof kind === "string" && Object.hasOwn(makers, kind))
      return (makers[kind as keyof typeof makers] as (numbers: Limit) => Limit)(limit);
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError({ ...error, option: `${option}.${error.option}` });
    throw error;
  }
  throw new ConfigError({
    option,
    accepted: "a number from 1 to 100000, or a limit made by tokenBucket(), slidingWindow() or fixedWindow()",
    value: limit,
  });
}
