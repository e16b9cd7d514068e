import { oneOf } from "../checks.js";
import { resolveSimulator, type SimulatorConfig, type SimulatorOptions } from "../http/simulator-options.js";
import type { GitLabTokenOwner } from "./authorization.js";
import { gitlabLimits, type GitLabLimits, type GitLabTier } from "./limits/gitlab-limits.js";
import { resolveGitLabSeeds, type GitLabSeedLists, type GitLabSeeds } from "./state/seed.js";

/** Settings of a GitLab simulator. @public */
export interface GitLabSimulatorOptions extends SimulatorOptions, GitLabSeeds {
  /**
   * The only good tokens, and whom each belongs to. Those of OAuth are issued by the simulator.
   *
   * @defaultValue every token that begins like one of GitLab's (`glpat-`, `glcbt-` …), all of the first user
   */
  readonly tokens?: Readonly<Record<string, GitLabTokenOwner>>;
  /**
   * Whose limits count. Of a self-managed instance's many are off until set in `limits`.
   *
   * @defaultValue `gitlab.com`
   */
  readonly tier?: GitLabTier;
  /**
   * Limits in place of the published ones, by the names of the published figures: `authenticatedApi`, `issueCreation`,
   * `GET /projects` … One that is off is switched on: `allTrafficPerIp` is, since here all come from one address.
   * Unit: requests per window of the published length. Range: whole numbers >= 1.
   */
  readonly limits?: Readonly<Record<string, number>>;
  /**
   * Whether refusals by the application itself carry `Retry-After`; older releases send none.
   *
   * @defaultValue false
   */
  readonly applicationRetryAfter?: boolean;
}

/** Complete settings. */
export interface GitLabSimulatorConfig extends SimulatorConfig {
  readonly tokens: Readonly<Record<string, GitLabTokenOwner>> | undefined;
  readonly limits: GitLabLimits;
  readonly seeds: GitLabSeedLists;
  readonly applicationRetryAfter: boolean;
}

/** Fills defaults and checks every value. */
export function resolveGitLabSimulator(options: GitLabSimulatorOptions): GitLabSimulatorConfig {
  const usernames = Object.values(options.tokens ?? {}).map(({ username }) => username);
  return {
    ...resolveSimulator(options),
    tokens: options.tokens,
    limits: gitlabLimits(
      oneOf("tier", options.tier ?? "gitlab.com", ["gitlab.com", "self-managed"]),
      options.limits ?? {},
    ),
    seeds: resolveGitLabSeeds(options, usernames),
    applicationRetryAfter: options.applicationRetryAfter ?? false,
  };
}
