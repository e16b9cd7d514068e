import type { ApiOptions, Environment } from "@sluice/kit";
import type { Quota } from "@sluice/limiter";
import type { AwsQuotaOptions } from "../quota/options.js";
import type { AwsClientClass, AwsConfigOf } from "./sdk.js";

/** What a plain client takes beside the SDK's own configuration: where metrics and hooks go. */
export interface AwsPlainOptions extends Pick<ApiOptions, "registry" | "hooks" | "onHookError" | "clock"> {}

/** What every factory of this package takes beside the SDK's own configuration. */
export interface AwsOptions extends ApiOptions {
  /** How the published limits are used, or a quota of your own. */
  readonly quota?: AwsQuotaOptions | Quota | undefined;
  /**
   * Operations that metrics may name beside those this package knows: `SQS.SendMessage`. Others are counted as `other`. An aggregated
   * client (`SQS` in place of `SQSClient`) brings its own.
   */
  readonly operations?: readonly string[] | undefined;
  /** @defaultValue `process.env` */
  readonly env?: Environment | undefined;
}

/** The SDK's configuration of a client class under its own names, and ours. */
export type AwsFactoryOptions<Class extends AwsClientClass> = AwsConfigOf<Class> & AwsOptions;

const ours: Readonly<Record<keyof AwsOptions | keyof ApiOptions, true>> = {
  redis: true,
  limiter: true,
  mode: true,
  hooks: true,
  timeoutMs: true,
  retry: true,
  registry: true,
  onStoreError: true,
  onHookError: true,
  log: true,
  tracing: true,
  logging: true,
  clock: true,
  random: true,
  breaker: true,
  quota: true,
  operations: true,
  env: true,
};

/** The SDK's own part of the options, as it may be passed on. */
export function sdkConfig(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !Object.hasOwn(ours, name)));
}
