import { between, ConfigError, type Call, knownOptions, wholeBetween } from "@sluice/core";
import { type Limit, type Quota, slidingWindow, tokenBucket } from "@sluice/limiter";
import type { Environment } from "@sluice/kit";
import { recommended } from "./generated/methods.js";
import type { TierName } from "./method-limit.js";

/** How the published figures are used, or what takes their place. */
export interface SlackQuotaOptions {
  /**
   * One tier for every method, in place of each method's own.
   *
   * @defaultValue `SLACK_RATE_LIMIT_TIER`, else none
   */
  readonly tier?: Exclude<TierName, "special"> | 1 | 2 | 3 | 4 | undefined;
  /**
   * Makes each method's limit a plain token bucket of this size.
   * Unit: tokens. Range: whole numbers 1 to 100000.
   *
   * @defaultValue `SLACK_RATE_LIMIT_TOKENS`, else none
   */
  readonly tokens?: number | undefined;
  /**
   * Makes each method's limit a plain token bucket with this refill.
   * Unit: tokens per second. Range: 0.0001 to 10000.
   *
   * @defaultValue `SLACK_RATE_LIMIT_REFILL_RATE`, else none
   */
  readonly refillRate?: number | undefined;
  /** Single methods: calls per minute, or a limit of your own. */
  readonly methods?: Readonly<Record<string, number | Limit>> | undefined;
  /**
   * Largest burst, as a part of a minute's calls, less what the margin holds. Burst sizes are unpublished; all of the minute
   * stays usable.
   * Range: above 0, to 1.
   *
   * @defaultValue 0.5
   */
  readonly burstShare?: number | undefined;
  /**
   * Added to the window, and taken off the burst, for the way to Slack, beside the time that each answer takes.
   * Unit: milliseconds. Range: 0 to `minuteMs`.
   *
   * @defaultValue a 240th of `minuteMs`: 250 for real minutes, which costs 0.4 % of the quota
   */
  readonly marginMs?: number | undefined;
  /**
   * Calls per minute of methods for which no number is published.
   * Range: whole numbers 1 to 100000.
   *
   * @defaultValue 60, the one request per second that Slack recommends (`recommended`)
   */
  readonly defaultPerMinute?: number | undefined;
  /**
   * How long one of the provider's minutes lasts. Only for a simulator that lives faster than real time.
   * Unit: milliseconds. Range: whole numbers 100 to 60000.
   *
   * @defaultValue 60000
   */
  readonly minuteMs?: number | undefined;
}

/** Complete and checked. */
export interface SlackQuotaConfig {
  readonly tier: Exclude<TierName, "special"> | undefined;
  readonly tokens: number | undefined;
  readonly refillRate: number | undefined;
  readonly methods: ReadonlyMap<string, number | Limit>;
  readonly burstShare: number;
  readonly marginMs: number;
  readonly defaultPerMinute: number;
  readonly minuteMs: number;
}

const tiers = ["tier1", "tier2", "tier3", "tier4"] as const;

/** Whether the user brought a quota of their own. */
export function isQuota(quota: SlackQuotaOptions | Quota | undefined): quota is (call: Call) => ReturnType<Quota> {
  return typeof quota === "function";
}

/**
 * Fills in what is left out from the environment, and checks all of it.
 *
 * @throws ConfigError naming the option, or the variable where the value came from one.
 */
export function resolveQuota(options: SlackQuotaOptions, env: Environment): SlackQuotaConfig {
  knownOptions(
    "quota",
    options,
    ["tier", "tokens", "refillRate", "methods", "burstShare", "marginMs", "defaultPerMinute", "minuteMs"],
    "an object of options, or a function",
  );
  const number = (variable: string): number | undefined => {
    const text = env[variable];
    if (text === undefined || text === "") return undefined;
    // Number("") is 0 and Number("0x10") is 16: neither is what anybody meant.
    return /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : (text as unknown as number);
  };
  const [tokensName, tokens] =
    options.tokens === undefined
      ? ["SLACK_RATE_LIMIT_TOKENS", number("SLACK_RATE_LIMIT_TOKENS")]
      : ["quota.tokens", options.tokens];
  const [rateName, rate] =
    options.refillRate === undefined
      ? ["SLACK_RATE_LIMIT_REFILL_RATE", number("SLACK_RATE_LIMIT_REFILL_RATE")]
      : ["quota.refillRate", options.refillRate];
  const [tierName, tier] =
    options.tier === undefined
      ? ["SLACK_RATE_LIMIT_TIER", env["SLACK_RATE_LIMIT_TIER"] || undefined]
      : ["quota.tier", options.tier];
  const minuteMs = wholeBetween("quota.minuteMs", options.minuteMs ?? 60_000, 100, 60_000);
  return {
    tier: tier === undefined ? undefined : checkTier(tierName as string, tier),
    tokens: tokens === undefined ? undefined : wholeBetween(tokensName as string, tokens, 1, 100_000),
    refillRate:
      rate === undefined
        ? undefined
        : between(rateName as string, rate, 1e-4, 1e4, "a number of tokens per second from 0.0001 to 10000"),
    methods: checkMethods(options.methods ?? {}),
    burstShare: between("quota.burstShare", options.burstShare ?? 0.5, Number.MIN_VALUE, 1, "a number above 0, to 1"),
    marginMs: between("quota.marginMs", options.marginMs ?? minuteMs / 240, 0, minuteMs),
    defaultPerMinute: wholeBetween(
      "quota.defaultPerMinute",
      options.defaultPerMinute ?? recommended.perSecond * 60,
      1,
      100_000,
    ),
    minuteMs,
  };
}

function checkTier(option: string, value: unknown): (typeof tiers)[number] {
  // A hyphen parts the word from its figure; before a figure alone it is a minus.
  const text = (typeof value === "string" || typeof value === "number" ? String(value) : "")
    .trim()
    .toLowerCase()
    .replace(/^tier[\s_-]+/, "tier");
  const found = tiers.find((tier) => tier === text || tier === `tier${text}`);
  if (found !== undefined) return found;
  throw new ConfigError({ option, accepted: "1, 2, 3, 4 or tier1, tier2, tier3, tier4", value });
}

function checkMethods(methods: Readonly<Record<string, number | Limit>>): ReadonlyMap<string, number | Limit> {
  return new Map(
    Object.entries(methods).map(([method, limit]) => [method, checkMethod(`quota.methods["${method}"]`, limit)]),
  );
}

function checkMethod(option: string, limit: number | Limit): number | Limit {
  if (typeof limit === "number") return wholeBetween(option, limit, 1, 100_000);
  const accepted = "calls per minute from 1 to 100000, or a limit made by tokenBucket() or slidingWindow()";
  try {
    if (limit?.kind === "tokenBucket") return tokenBucket(limit);
    if (limit?.kind === "slidingWindow") return slidingWindow(limit);
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError({ ...error, option: `${option}.${error.option}` });
    throw error;
  }
  throw new ConfigError({ option, accepted, value: limit });
}
