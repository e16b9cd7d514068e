import type { WebClientOptions } from "@slack/web-api";
import type { Caller, Clock, HookChain } from "@sluice/core";
import type { ApiLimits, ApiOptions, Environment, Mode } from "@sluice/kit";
import type { Quota } from "@sluice/limiter";
import type { SlackQuotaOptions } from "../quota/options.js";

/** What the plain constructor takes: the SDK's options, and where metrics and hooks go. */
export interface SlackApiOptions extends WebClientOptions, Pick<ApiOptions, "registry" | "hooks" | "onHookError"> {}

/** What the factory takes: the SDK's options under their own names, and ours. */
export interface SlackFactoryOptions extends WebClientOptions, ApiOptions {
  /** @defaultValue `SLACK_TOKEN_<WORKSPACE>`, else `SLACK_TOKEN` */
  readonly token?: string | undefined;
  /** How the published limits are used, or a quota of your own. */
  readonly quota?: SlackQuotaOptions | Quota | undefined;
  /** @defaultValue `process.env` */
  readonly env?: Environment | undefined;
}

/** The SDK's own part of the options, as it may be passed on. */
export function sdkOptions(options: WebClientOptions): WebClientOptions {
  const {
    slackApiUrl,
    logger,
    logLevel,
    maxRequestConcurrency,
    retryConfig,
    fetch,
    timeout,
    rejectRateLimitedCalls,
    headers,
    teamId,
    allowAbsoluteUrls,
  } = options;
  const own = {
    slackApiUrl,
    logger,
    logLevel,
    maxRequestConcurrency,
    retryConfig,
    fetch,
    timeout,
    rejectRateLimitedCalls,
    teamId,
    allowAbsoluteUrls,
  };
  // A copy: the SDK writes the token into the object it is given.
  const all = { ...own, headers: headers === undefined ? undefined : { ...headers } };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** What the factory hands to the class. Not for users: it goes by a symbol. */
export interface FactoryParts {
  readonly chain: HookChain;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly unknownIsIdempotent: boolean;
  /** Whether the SDK repeats failed requests by itself. */
  readonly sdkRetries: boolean;
  readonly mode: { readonly get: () => Mode; readonly set: (mode: Mode) => void };
  readonly limits: () => ApiLimits;
  readonly close: () => Promise<void>;
  readonly clock?: Clock | undefined;
}

export const factoryParts = Symbol("slack.factoryParts");
/** Names on whose behalf a client made by `as` acts. */
export const onBehalfOf = Symbol("slack.onBehalfOf");

/** The options of the class with what the factory and `as` hand to it. */
export interface HandedOptions extends SlackApiOptions {
  readonly [factoryParts]?: FactoryParts;
  readonly [onBehalfOf]?: Caller;
}
