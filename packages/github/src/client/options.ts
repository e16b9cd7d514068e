import type { Clock, HookChain } from "@sluice/core";
import type { ApiLimits, ApiOptions, Environment, Logger, Mode, SharedTokens } from "@sluice/kit";
import type { Quota } from "@sluice/limiter";
import type { OctokitOptions, OctokitPlugin } from "@octokit/core/types";
import type { Octokit } from "@octokit/rest";
import type { GitHubQuotaOptions } from "../quota/options.js";

/** What the plain constructor takes: Octokit's options, and where metrics and hooks go. */
export interface GitHubApiOptions extends OctokitOptions, Pick<ApiOptions, "registry" | "hooks" | "onHookError"> {}

/** Octokit's options by name, without its logger and without those of plugins. */
export type NamedOctokitOptions = {
  readonly [
    Name in keyof OctokitOptions as string extends Name ? never : Name extends "log" ? never : Name
  ]: OctokitOptions[Name];
};

/** What the factory takes: Octokit's options under their own names, and ours. */
export interface GitHubFactoryOptions extends NamedOctokitOptions, Omit<ApiOptions, "log"> {
  /**
   * A token, or what the `authStrategy` takes.
   *
   * @defaultValue `GITHUB_TOKEN_<ACCOUNT>`, else `GITHUB_TOKEN`, else `GH_TOKEN`
   */
  readonly auth?: OctokitOptions["auth"];
  /** Octokit's logger, which is also told what operators should know. @defaultValue the console, and process warnings */
  readonly log?: OctokitOptions["log"] | Logger | undefined;
  /** How the published limits are used, or a quota of your own. */
  readonly quota?: GitHubQuotaOptions | Quota | undefined;
  /** Octokit plugins, as for `Octokit.plugin()`. Those that retry or throttle are switched off. @defaultValue none */
  readonly plugins?: readonly OctokitPlugin[] | undefined;
  /** @defaultValue `process.env` */
  readonly env?: Environment | undefined;
  /** Options of plugins. */
  readonly [option: string]: unknown;
}

/** What the stages need to know of their client. */
export interface ClientParts {
  readonly chain: HookChain;
  readonly timeoutMs: number;
  readonly mode: { readonly get: () => Mode; readonly set: (mode: Mode) => void };
  /** The client knows the names of its methods. */
  readonly limits: (client: Octokit) => ApiLimits;
  readonly close: () => Promise<void>;
  readonly clock: Clock | undefined;
  /** Shares the tokens of installations with the fleet; undefined in plain clients. */
  readonly tokens: SharedTokens | undefined;
}

/** What the factory hands to the class. Not for users: it goes by a symbol. */
export const clientParts = Symbol("github.clientParts");

/** The options of the class with what the factory hands to it. */
export interface HandedOptions extends GitHubApiOptions {
  readonly [clientParts]?: ClientParts;
}

/** Ours; Octokit and its plugins are not shown them. */
const ours = [
  "registry",
  "hooks",
  "onHookError",
  "redis",
  "limiter",
  "mode",
  "timeoutMs",
  "retry",
  "breaker",
  "onStoreError",
  "tracing",
  "logging",
  "clock",
  "random",
  "quota",
  "plugins",
  "env",
] as const;

/** The options as they may be passed on, without ours and with nothing undefined in them. */
export function octokitOptions(options: object, but: readonly string[] = ours): OctokitOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== undefined && !but.includes(name)),
  ) as OctokitOptions;
}

/** A plain client knows but these of ours; `retry` and the like may belong to the user's plugins. */
export const oursOfPlain: readonly string[] = ["registry", "hooks", "onHookError"];
