import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { anObject, type Caller, type HookChain } from "@sluice/core";
import type { ApiLimits, Mode } from "@sluice/kit";
import { extend } from "./aws-api.js";
import { limitedParts } from "./limited-parts.js";
import { type AwsOptions, type AwsPlainOptions, sdkConfig } from "./options.js";
import { clientParts, type ClientParts } from "./parts.js";
import { plainParts } from "./plain-parts.js";
import { secretsInCredentials } from "./secrets-in.js";

/** What the plain constructor takes: the SDK's configuration, and where metrics and hooks go. */
export interface S3ApiOptions extends S3ClientConfig, AwsPlainOptions {}

/** What the factory takes: the SDK's configuration under its own names, and ours. */
export interface S3FactoryOptions extends S3ClientConfig, AwsOptions {}

/**
 * The SDK's `S3Client` with a hook chain: the same commands, types and errors. Constructed plainly it measures and nothing else;
 * `createS3Api` makes one that keeps the limits of S3.
 */
export class S3Api extends S3Client {
  /** Whose quota the calls use. */
  declare readonly account: string;
  /** The hook chain: print it with `describe()`, change it by name. */
  declare readonly hooks: HookChain;
  /** Whether limits are enforced, only recorded or ignored; may be changed at any time. A plain client has none to enforce. */
  declare mode: Mode;
  /** The same client acting on behalf of a caller; it shares chain and limits with this one. */
  declare as: (caller: Caller) => S3Api;
  /** The limits, to be asked: what is charged, how full, who waits, and which limits a command passes. */
  declare limits: () => ApiLimits;
  /** Fails what waits for the limiter, and gives up the store. Plain clients hold nothing. `destroy()` closes the SDK's connections too. */
  declare close: () => Promise<void>;
  declare [Symbol.asyncDispose]: () => Promise<void>;

  /**
   * @throws ConfigError when the account is empty.
   */
  constructor(account: string, options?: S3ApiOptions);
  constructor(account: string, options: S3ApiOptions & Handed = {}) {
    anObject("options", options);
    const parts = options[clientParts] ?? plainParts(account, options, secretsInCredentials(options.credentials));
    super(sdkConfig(options));
    extend<S3Client>(this, parts);
  }
}

/**
 * An S3 client that keeps the published request rates, per prefix, together with every other process that shares its Redis.
 *
 * Returns at once; Redis is connected on first use. Credentials, region and endpoint are the SDK's own business. `maxAttempts` is
 * kept by Sluice, whose retry replaces the SDK's.
 *
 * @param account - whose quota it is; the region is added to it. Range: a text that is not empty.
 * @throws ConfigError naming the option or variable, the range and the value, before anything is sent or opened.
 */
export function createS3Api(account: string, options: S3FactoryOptions = {}): S3Api {
  anObject("options", options);
  const parts = limitedParts(account, options, []);
  const given: S3ApiOptions & Handed = { ...(sdkConfig(options) as S3ClientConfig), [clientParts]: parts };
  return new S3Api(account, given);
}

/** What the factory hands to the class beside its options. */
interface Handed {
  readonly [clientParts]?: ClientParts;
}
