import { between, type Call, ConfigError, knownOptions, positive, wholeBetween } from "@sluice/core";
import type { Environment } from "@sluice/kit";
import {
  fixedWindow,
  type Limit,
  type Quota,
  slidingWindow,
  tokenBucket,
  type TokenBucketLimit,
} from "@sluice/limiter";
import { throttlingBaseDelayMs } from "./generated/limits.js";
import { sizeToLimit } from "./sizes.js";

/** How the published figures are used, or what takes their place. */
export interface AwsQuotaOptions {
  /**
   * Part of every published limit that this fleet may use, where other software uses the same account.
   * Range: above 0, to 1.
   *
   * @defaultValue `AWS_RATE_LIMIT_SHARE`, else 1
   */
  readonly share?: number | undefined;
  /**
   * Added to windows, and taken off bursts, for the way to AWS, beside the time that each answer takes.
   * Unit: milliseconds. Range: whole numbers 0 to 1000.
   *
   * @defaultValue 50
   */
  readonly marginMs?: number | undefined;
  /** Limits of single actions (`DynamoDB.Query`) or of whole services (`SQS`): requests per second, or a limit of your own. */
  readonly limits?: Readonly<Record<string, number | Limit>> | undefined;
  /** For actions of which nothing is published: a limit for each action that refusals lower, and that recovers within a minute. */
  readonly adaptive?:
    | {
        /**
         * Where it starts and what it never exceeds. Ours, since nothing is published.
         * Unit: requests per second. Range: 0.01 to 1000000.
         *
         * @defaultValue `AWS_RATE_LIMIT_START_RATE`, else 1000
         */
        readonly startRate?: number | undefined;
        /** Requests at once. Range: whole numbers 1 to 1000000. @defaultValue `startRate`, rounded up */
        readonly burst?: number | undefined;
        /**
         * Pause of the action after a refusal that does not say how long.
         * Unit: milliseconds. Range: 0 to 60000.
         *
         * @defaultValue 1000, the SDK's own base delay after a refusal (`throttlingBaseDelayMs`)
         */
        readonly pauseMs?: number | undefined;
      }
    | undefined;
  /** S3's limits of each prefix. */
  readonly s3?:
    | {
        /** GET and HEAD per second. Range: above 0. @defaultValue `AWS_RATE_LIMIT_S3_READS`, else the published 5500 */
        readonly reads?: number | undefined;
        /** PUT, COPY, POST and DELETE per second. Range: above 0. @defaultValue `AWS_RATE_LIMIT_S3_WRITES`, else the published 3500 */
        readonly writes?: number | undefined;
        /**
         * Folders of a key that make a prefix; 0 for one limit a bucket, which is right for buckets that S3 has not split yet.
         * Range: whole numbers 0 to 16.
         *
         * @defaultValue `AWS_RATE_LIMIT_S3_PREFIX_DEPTH`, else 1
         */
        readonly prefixDepth?: number | undefined;
        /** Most prefixes of a bucket that are told apart; more share. Range: whole numbers 1 to 65536. @defaultValue 1024 */
        readonly prefixes?: number | undefined;
      }
    | undefined;
  /** Bandwidth of bodies, of all clients of the account and region together. */
  readonly bytesPerSecond?:
    | {
        /** Sent. Range: whole numbers 1 to 1e9. @defaultValue `AWS_RATE_LIMIT_BYTES_UP`, else none */
        readonly up?: number | undefined;
        /** Received. Range: whole numbers 1 to 1e9. @defaultValue `AWS_RATE_LIMIT_BYTES_DOWN`, else none */
        readonly down?: number | undefined;
      }
    | undefined;
}

/** Complete and checked. */
export interface AwsQuotaConfig {
  readonly share: number;
  readonly marginMs: number;
  readonly limits: ReadonlyMap<string, { readonly bucket: string; readonly limit: Limit }>;
  readonly adaptive: { readonly limit: TokenBucketLimit; readonly pauseMs: number };
  readonly s3: {
    readonly reads: Limit | undefined;
    readonly writes: Limit | undefined;
    readonly prefixDepth: number;
    readonly prefixes: number;
  };
  readonly bytes: { readonly up: TokenBucketLimit | undefined; readonly down: TokenBucketLimit | undefined };
}

const DEFAULT_START_RATE = 1000;

/** Whether the user brought a quota of their own. */
export function isQuota(quota: AwsQuotaOptions | Quota | undefined): quota is (call: Call) => ReturnType<Quota> {
  return typeof quota === "function";
}

/**
 * Fills in what is left out from the environment, and checks all of it.
 *
 * @throws ConfigError naming the option, or the variable where the value came from one.
 */
export function resolveQuota(options: AwsQuotaOptions, env: Environment): AwsQuotaConfig {
  const groups = ["share", "marginMs", "limits", "adaptive", "s3", "bytesPerSecond"] as const;
  knownOptions("quota", options, groups, "an object of options, or a function");
  const { adaptive = {}, s3 = {}, bytesPerSecond = {} } = options;
  knownOptions("quota.adaptive", adaptive, ["startRate", "burst", "pauseMs"]);
  knownOptions("quota.s3", s3, ["reads", "writes", "prefixDepth", "prefixes"]);
  knownOptions("quota.bytesPerSecond", bytesPerSecond, ["up", "down"]);
  /** The option, else the variable, checked under the name of whichever it was. */
  const setting = <Value>(
    option: string,
    given: number | undefined,
    variable: string,
    check: (name: string, value: number) => Value,
  ): Value | undefined => {
    if (given !== undefined) return check(option, given);
    const text = env[variable];
    return text === undefined || text === "" ? undefined : check(variable, numberIn(text));
  };
  const startRate =
    setting("quota.adaptive.startRate", adaptive.startRate, "AWS_RATE_LIMIT_START_RATE", (name, value) =>
      between(name, value, 0.01, 1e6, "a number of requests per second from 0.01 to 1000000"),
    ) ?? DEFAULT_START_RATE;
  const burst = wholeBetween("quota.adaptive.burst", adaptive.burst ?? Math.ceil(startRate), 1, 1e6);
  const marginMs = wholeBetween("quota.marginMs", options.marginMs ?? 50, 0, 1000);
  // As the published figures are kept: no second holds more.
  const perSecond = (name: string, value: number): Limit => {
    const size =
      positive(name, value) < 1 ? { limit: 1, windowMs: Math.ceil(1000 / value) } : { limit: value, windowMs: 1000 };
    return sizeToLimit(size, { share: 1, marginMs });
  };
  const bandwidth = (name: string, value: number): TokenBucketLimit =>
    tokenBucket({ refillRate: wholeBetween(name, value, 1, 1e9) });
  return {
    share:
      setting("quota.share", options.share, "AWS_RATE_LIMIT_SHARE", (name, value) =>
        between(name, value, Number.MIN_VALUE, 1, "a number above 0, to 1"),
      ) ?? 1,
    marginMs,
    limits: checkLimits(options.limits ?? {}),
    adaptive: {
      limit: tokenBucket({ refillRate: startRate, burst }),
      pauseMs: between("quota.adaptive.pauseMs", adaptive.pauseMs ?? throttlingBaseDelayMs, 0, 60_000),
    },
    s3: {
      reads: setting("quota.s3.reads", s3.reads, "AWS_RATE_LIMIT_S3_READS", perSecond),
      writes: setting("quota.s3.writes", s3.writes, "AWS_RATE_LIMIT_S3_WRITES", perSecond),
      prefixDepth:
        setting("quota.s3.prefixDepth", s3.prefixDepth, "AWS_RATE_LIMIT_S3_PREFIX_DEPTH", (name, value) =>
          wholeBetween(name, value, 0, 16),
        ) ?? 1,
      prefixes: wholeBetween("quota.s3.prefixes", s3.prefixes ?? 1024, 1, 65_536),
    },
    bytes: {
      up: setting("quota.bytesPerSecond.up", bytesPerSecond.up, "AWS_RATE_LIMIT_BYTES_UP", bandwidth),
      down: setting("quota.bytesPerSecond.down", bytesPerSecond.down, "AWS_RATE_LIMIT_BYTES_DOWN", bandwidth),
    },
  };
}

/** So many a second: what an idle bucket admits at once is a second's worth. */
function limitOfRate(perSecond: number): TokenBucketLimit {
  return tokenBucket({ refillRate: perSecond, burst: Math.max(1, Math.floor(perSecond)) });
}

function checkLimits(limits: Readonly<Record<string, number | Limit>>): AwsQuotaConfig["limits"] {
  checkObject("quota.limits", limits);
  return new Map(
    Object.entries(limits).map(([name, limit]) => {
      const option = `quota.limits["${name}"]`;
      if (!/^\w{1,64}(?:\.\w{1,96})?$/.test(name))
        throw new ConfigError({
          option,
          accepted: "named like S3.PutObject, or like SQS for a whole service",
          value: name,
        });
      return [name, { bucket: name, limit: checkLimit(option, limit) }];
    }),
  );
}

function checkLimit(option: string, limit: number | Limit): Limit {
  if (typeof limit === "number") return limitOfRate(between(option, limit, 1e-3, 1e6));
  const accepted =
    "requests per second from 0.001 to 1000000, or a limit made by tokenBucket(), slidingWindow() or fixedWindow()";
  try {
    if (limit?.kind === "tokenBucket") return tokenBucket(limit);
    if (limit?.kind === "slidingWindow") return slidingWindow(limit);
    if (limit?.kind === "fixedWindow") return fixedWindow(limit);
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError({ ...error, option: `${option}.${error.option}` });
    throw error;
  }
  throw new ConfigError({ option, accepted, value: limit });
}

function checkObject(option: string, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ConfigError({
      option,
      accepted: `an object of options${option === "quota" ? ", or a function" : ""}`,
      value,
    });
}

/** Number("") is 0 and Number("0x10") is 16: neither is what anybody meant. */
function numberIn(text: string): number {
  return /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : (text as unknown as number);
}
