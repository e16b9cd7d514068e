import { ConfigError, oneOf } from "@sluice/core";
import { type BreakerRuleOptions, createBreaker } from "@sluice/limiter";
import {
  checkConnection,
  isRedisClient,
  maskUrl,
  type OnStoreError,
  parseRedisUrl,
  type RedisClient,
} from "@sluice/limiter-redis";
import type { ApiOptions, Environment, Mode, RedisSettings } from "./api-options.js";

/** Complete and checked. */
export interface ResolvedOptions {
  readonly redis: string | RedisClient | RedisSettings | undefined;
  readonly mode: Mode;
  readonly timeoutMs: number;
  readonly onStoreError: OnStoreError;
  /** Rules of the user's own, `{}` for the default ones, `false` for no breaker; undefined leaves it to the vendor. */
  readonly breaker: BreakerRuleOptions | false | undefined;
}

const modes = ["enforce", "shadow", "disabled"] as const;
const policies = ["local", "open", "closed"] as const;
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Fills in what is left out from the environment, and checks all of it. Empty variables count as absent.
 *
 * @throws ConfigError naming the option, or the variable where the value came from one.
 */
export function resolveOptions(options: ApiOptions, env: Environment): ResolvedOptions {
  const given = <Value>(
    option: string,
    value: Value | undefined,
    variable: string,
  ): { name: string; value: Value | string | undefined } =>
    value === undefined
      ? { name: variable, value: env[variable] === "" ? undefined : env[variable] }
      : { name: option, value };
  const mode = given("mode", options.mode, "SLUICE_MODE");
  const policy = given("onStoreError", options.onStoreError, "SLUICE_ON_STORE_ERROR");
  const redis = given("redis", options.redis, "REDIS_URL");
  checkShape(
    "limiter",
    options.limiter,
    "a limiter made by createLimiter()",
    (limiter) => typeof limiter.acquire === "function",
  );
  checkShape("hooks", options.hooks, "a list of hooks", Array.isArray);
  checkShape(
    "retry",
    options.retry,
    "an object of retry options, or false",
    (retry) => retry === false || typeof retry === "object",
  );
  checkShape(
    "log",
    options.log,
    "a logger with info() and warn()",
    (log) => typeof log.info === "function" && typeof log.warn === "function",
  );
  checkShape("tracing", options.tracing, "true, false or an object of options", isSwitch);
  checkShape("logging", options.logging, "true, false or an object of options", isSwitch);
  if (options.logging !== undefined && options.logging !== false && options.log === undefined)
    throw new ConfigError({
      option: "logging",
      accepted: "false, or a logger in `log` beside it",
      value: options.logging,
    });
  return {
    redis: redis.value === undefined ? undefined : checkRedis(redis.name, redis.value),
    mode: checkMode(mode.value ?? "enforce", mode.name),
    timeoutMs: checkTimeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    onStoreError: oneOf(policy.name, policy.value ?? "local", policies),
    breaker: checkBreaker(options.breaker),
  };
}

/** @throws ConfigError naming the rule that is out of range: the breakers themselves are made on first use. */
function checkBreaker(value: ApiOptions["breaker"]): BreakerRuleOptions | false | undefined {
  if (value === undefined || value === false) return value;
  if (value === true) return {};
  const accepted = "an object of rules, true or false";
  checkShape("breaker", value, accepted, (rules) => typeof rules === "object");
  void createBreaker({ ...value, name: "checked" }).close();
  return value;
}

/** @throws ConfigError for anything but a mode. */
export function checkMode(value: unknown, name = "mode"): Mode {
  return oneOf(name, value, modes);
}

function isSwitch(value: unknown): boolean {
  return typeof value === "boolean" || (typeof value === "object" && !Array.isArray(value));
}

/** For callers whose types are not checked. */
function checkShape<Value>(
  option: string,
  value: Value | undefined,
  accepted: string,
  fits: (value: Value) => boolean,
): void {
  if (value !== undefined && (value === null || !fits(value))) throw new ConfigError({ option, accepted, value });
}

function checkRedis(option: string, value: NonNullable<ApiOptions["redis"]>): NonNullable<ApiOptions["redis"]> {
  if (typeof value === "string") {
    parseRedisUrl(value, option);
    return value;
  }
  if (isRedisClient(value)) return value;
  if (typeof value === "object" && value !== null && typeof value.url === "string") {
    try {
      checkConnection(value);
    } catch (error) {
      if (error instanceof ConfigError) throw new ConfigError({ ...error, option: `${option}.${error.option}` });
      throw error;
    }
    return value;
  }
  throw new ConfigError({
    option,
    accepted: "a redis:// URL, options with a url, or a client of ioredis",
    value: maskUrl(value),
  });
}

function checkTimeout(value: unknown): number {
  if (typeof value === "number" && value > 0) return value;
  throw new ConfigError({ option: "timeoutMs", accepted: "a number of milliseconds above 0, or Infinity", value });
}
