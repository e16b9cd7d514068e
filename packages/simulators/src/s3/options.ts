import { positive, wholeAtLeast } from "../checks.js";
import { resolveSimulator, type SimulatorConfig, type SimulatorOptions } from "../http/simulator-options.js";
import { s3Limits } from "./generated/published-limits.js";
import type { S3Rates } from "./limits/s3-limiter.js";
import { resolveS3Seeds, type S3Seeds, type S3SeedTable } from "./state/seed.js";

/** Settings of an S3 simulator. Limits go by the names `reads` and `writes`. @public */
export interface S3SimulatorOptions extends SimulatorOptions, S3Seeds {
  /**
   * The only good access key ids. Signatures are never checked, so any secret will do.
   *
   * @defaultValue any
   */
  readonly credentials?: readonly string[];
  /** Rates of one prefix in place of the published ones. Unit: requests per second. Range: whole numbers >= 1. */
  readonly limits?: { readonly readsPerSecond?: number; readonly writesPerSecond?: number };
  /**
   * How many folders of a key make a prefix with limits of its own; at 0 a bucket has one pair of limits. Range: whole
   * numbers >= 0.
   *
   * @defaultValue 1
   */
  readonly prefixDepth?: number;
  /**
   * Region of the service.
   *
   * @defaultValue `us-east-1`
   */
  readonly region?: string;
  /**
   * Least size of a part of a multipart upload, save for its last. Unit: bytes. Range: >= 0.
   *
   * @defaultValue 5 242 880, as S3 has it
   */
  readonly minPartBytes?: number;
  /**
   * Most bytes of objects and parts held; what does not fit is refused with 507. Unit: bytes. Range: > 0.
   *
   * @defaultValue 268 435 456
   */
  readonly maxBytes?: number;
}

/** Complete settings. */
export interface S3SimulatorConfig extends SimulatorConfig {
  readonly credentials: readonly string[] | undefined;
  readonly rates: S3Rates;
  readonly prefixDepth: number;
  readonly region: string;
  readonly minPartBytes: number;
  readonly maxBytes: number;
  readonly seeds: S3SeedTable;
}

/** Fills defaults and checks every value. */
export function resolveS3Simulator(options: S3SimulatorOptions): S3SimulatorConfig {
  const { readsPerSecond = s3Limits.reads.limit, writesPerSecond = s3Limits.writes.limit } = options.limits ?? {};
  return {
    ...resolveSimulator(options),
    credentials: options.credentials,
    rates: {
      reads: wholeAtLeast("limits.readsPerSecond", readsPerSecond, 1),
      writes: wholeAtLeast("limits.writesPerSecond", writesPerSecond, 1),
    },
    prefixDepth: wholeAtLeast("prefixDepth", options.prefixDepth ?? 1, 0),
    region: options.region ?? "us-east-1",
    minPartBytes: wholeAtLeast("minPartBytes", options.minPartBytes ?? 5 * 1024 * 1024, 0),
    maxBytes: positive("maxBytes", options.maxBytes ?? 256 * 1024 * 1024),
    seeds: resolveS3Seeds(options),
  };
}
