import { oneOf } from "../checks.js";
import { resolveSimulator, type SimulatorConfig, type SimulatorOptions } from "../http/simulator-options.js";
import type { GitHubTokenOwner } from "./authorization.js";
import { githubLimits, type GitHubLimitName, type GitHubLimits, type GitHubTier } from "./limits/github-limits.js";
import { resolveGitHubSeeds, type GitHubSeedLists, type GitHubSeeds } from "./state/seed.js";

/** Settings of a GitHub simulator. @public */
export interface GitHubSimulatorOptions extends SimulatorOptions, GitHubSeeds {
  /**
   * The only good tokens of users, and whom each belongs to. Those of installations are issued by the simulator.
   *
   * @defaultValue every token that begins like one of GitHub's (`ghp_`, `gho_`, `ghu_`, `ghs_`, `github_pat_`), all of
   * the first user
   */
  readonly tokens?: Readonly<Record<string, GitHubTokenOwner>>;
  /**
   * Whose primary limits count.
   *
   * @defaultValue `user`
   */
  readonly tier?: GitHubTier;
  /**
   * Limits in place of the published ones, by the names of resources (`core`, `search` …), of secondary limits, and
   * `unauthenticated`. Unit: requests or points per window of the published length. Range: whole numbers >= 1.
   */
  readonly limits?: Readonly<Partial<Record<GitHubLimitName, number>>>;
  /**
   * Status of a refusal; GitHub documents both. GraphQL says with 200 that its primary limit is used up.
   *
   * @defaultValue 403
   */
  readonly throttleStatus?: 403 | 429;
  /**
   * Whether refusals by a secondary limit carry `Retry-After`; GitHub's sometimes do.
   *
   * @defaultValue true
   */
  readonly secondaryRetryAfter?: boolean;
  /**
   * How GraphQL names its refusals; both have been seen.
   *
   * @defaultValue `RATE_LIMITED`
   */
  readonly graphqlErrorType?: "RATE_LIMITED" | "RATE_LIMIT";
}

/** Complete settings. */
export interface GitHubSimulatorConfig extends SimulatorConfig {
  readonly tokens: Readonly<Record<string, GitHubTokenOwner>> | undefined;
  readonly limits: GitHubLimits;
  readonly seeds: GitHubSeedLists;
  readonly throttleStatus: 403 | 429;
  readonly secondaryRetryAfter: boolean;
  readonly graphqlErrorType: "RATE_LIMITED" | "RATE_LIMIT";
}

/** Fills defaults and checks every value. */
export function resolveGitHubSimulator(options: GitHubSimulatorOptions): GitHubSimulatorConfig {
  const owners = Object.values(options.tokens ?? {}).map(({ login }) => login);
  const throttleStatus = options.throttleStatus ?? 403;
  if (throttleStatus !== 403 && throttleStatus !== 429) {
    throw new RangeError(`throttleStatus must be 403 or 429, got ${String(throttleStatus)}`);
  }
  return {
    ...resolveSimulator(options),
    tokens: options.tokens,
    limits: githubLimits(
      oneOf("tier", options.tier ?? "user", ["user", "enterprise-cloud", "actions"]),
      options.limits ?? {},
    ),
    seeds: resolveGitHubSeeds(options, owners),
    throttleStatus,
    secondaryRetryAfter: options.secondaryRetryAfter ?? true,
    graphqlErrorType: oneOf("graphqlErrorType", options.graphqlErrorType ?? "RATE_LIMITED", [
      "RATE_LIMITED",
      "RATE_LIMIT",
    ]),
  };
}
