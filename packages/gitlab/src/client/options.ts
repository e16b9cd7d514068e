import type { GitlabToken, RootResourceOptions } from "@gitbeaker/requester-utils";
import { type Clock, ConfigError, type HookChain } from "@sluice/core";
import type { ApiLimits, ApiOptions, Environment, Mode } from "@sluice/kit";
import type { Quota } from "@sluice/limiter";
import type { GitLabQuotaOptions } from "../quota/options.js";

/** The options of gitbeaker's `Gitlab`, without `requesterFn`, which is where we enter. */
export interface GitLabSdkOptions<C extends boolean = false> extends Omit<RootResourceOptions<C>, "requesterFn"> {
  /** A personal, project or group access token, or where to get one. */
  token?: GitlabToken | undefined;
  oauthToken?: GitlabToken | undefined;
  /** The token of a CI job. */
  jobToken?: GitlabToken | undefined;
}

/** What the plain constructor takes: the SDK's options, and where metrics and hooks go. */
export interface GitLabApiOptions<C extends boolean = false>
  extends GitLabSdkOptions<C>, Pick<ApiOptions, "registry" | "hooks" | "onHookError"> {}

/** What the factory takes: the SDK's options under their own names, and ours. */
export interface GitLabFactoryOptions<C extends boolean = false> extends GitLabSdkOptions<C>, ApiOptions {
  /** How the published limits are used, or a quota of your own. */
  readonly quota?: GitLabQuotaOptions | Quota | undefined;
  /** @defaultValue `process.env` */
  readonly env?: Environment | undefined;
}

const names = [
  "host",
  "prefixUrl",
  "camelize",
  "queryTimeout",
  "rateLimitDuration",
  "sudo",
  "profileToken",
  "profileMode",
  "rateLimits",
  "agent",
  "token",
  "oauthToken",
  "jobToken",
] as const satisfies readonly (keyof GitLabSdkOptions)[];

/**
 * The SDK's own part of the options. What is undefined is left out: to the SDK a token that is there and undefined is a token.
 *
 * @throws ConfigError for a `requesterFn`, whose place is ours.
 */
export function sdkOptions<C extends boolean>(options: GitLabSdkOptions<C>): GitLabSdkOptions<C> {
  refuseRequester(options);
  const given = names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return Object.fromEntries(given) as GitLabSdkOptions<C>;
}

function refuseRequester(options: object): void {
  const { requesterFn } = options as { requesterFn?: unknown };
  if (requesterFn === undefined) return;
  throw new ConfigError({
    option: "requesterFn",
    accepted: "left out",
    value: typeof requesterFn,
    hint: "The client sends by a requester of its own; for proxies and certificates give an agent",
  });
}

/** What the factory hands to the class. Not for users: it goes by a symbol. */
export interface FactoryParts {
  readonly chain: HookChain;
  readonly timeoutMs: number;
  /** Bound of one attempt. Unit: milliseconds; 0 for none. */
  readonly attemptTimeoutMs: number;
  /** Whether failed requests are repeated as gitbeaker does it, since nobody else will. */
  readonly sdkRetries: boolean;
  readonly mode: { readonly get: () => Mode; readonly set: (mode: Mode) => void };
  /** The client knows the names of its methods. */
  readonly limits: (client: object) => ApiLimits;
  readonly close: () => Promise<void>;
  readonly clock?: Clock | undefined;
}

/** Made when the operations are known, which the SDK's own resources tell. */
export type MakeParts = (knownOperations: readonly string[]) => FactoryParts;

export const factoryParts: unique symbol = Symbol("gitlab.factoryParts");

/** The options of the class with what the factory hands to it. */
export interface HandedOptions<C extends boolean> extends GitLabApiOptions<C> {
  readonly [factoryParts]?: MakeParts;
}
