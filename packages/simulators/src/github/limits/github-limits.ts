import { wholeAtLeast } from "../../checks.js";
import {
  githubGraphqlLimits,
  githubInstallationScaling,
  githubPrimaryLimits,
  githubResourceLimits,
  githubSecondaryLimits,
  githubUnauthenticatedSearch,
} from "../generated/published-limits.js";
import type { MeterSettings } from "../../limits/meter.js";

/** A primary limit, as `/rate_limit` and `x-ratelimit-resource` name it. @public */
export type GitHubResource = keyof typeof githubResourceLimits;

/** A secondary limit that is enforced. @public */
export type GitHubSecondaryLimit =
  | "concurrentRequests"
  | "restPoints"
  | "graphqlPoints"
  | "contentCreationPerMinute"
  | "contentCreationPerHour";

/** A limit that can be set: those, and `unauthenticated`, which is `core` without a token. @public */
export type GitHubLimitName = GitHubResource | GitHubSecondaryLimit | "unauthenticated";

/**
 * Whose primary limits count: those of a user, of a user through an app of an Enterprise Cloud organization, or of the
 * token that a GitHub Actions workflow is given.
 *
 * @public
 */
export type GitHubTier = "user" | "enterprise-cloud" | "actions";

/** Whose quota a request uses. */
export type GitHubParty =
  | { readonly kind: "user" | "app"; readonly id: number }
  | { readonly kind: "installation"; readonly id: number; readonly repositories: number; readonly users: number }
  | { readonly kind: "ip"; readonly address: string };

/** All limits, with overrides filled in. */
export interface GitHubLimits {
  primary(party: GitHubParty, resource: GitHubResource): MeterSettings;
  secondary(name: GitHubSecondaryLimit): MeterSettings;
}

const secondaryNames: readonly string[] = [
  "concurrentRequests",
  "restPoints",
  "graphqlPoints",
  "contentCreationPerMinute",
  "contentCreationPerHour",
] satisfies readonly GitHubSecondaryLimit[];

export const githubResources = Object.keys(githubResourceLimits) as readonly GitHubResource[];

/** Puts the overrides over the published figures. An override of an unknown name is a mistake. */
export function githubLimits(tier: GitHubTier, overrides: Partial<Record<GitHubLimitName, number>>): GitHubLimits {
  const known: readonly string[] = [...githubResources, ...secondaryNames, "unauthenticated"];
  for (const [name, limit] of Object.entries(overrides)) {
    if (!known.includes(name)) throw new RangeError(`limits must name one of ${known.join(", ")}, got ${name}`);
    wholeAtLeast(`limits["${name}"]`, limit, 1);
  }
  return {
    primary(party, resource) {
      const { windowMs } = githubResourceLimits[resource];
      const name = party.kind === "ip" && resource === "core" ? "unauthenticated" : resource;
      return { limit: overrides[name] ?? published(party, resource, tier), windowMs };
    },
    secondary(name) {
      const { limit, windowMs } = githubSecondaryLimits[name];
      return { limit: overrides[name] ?? limit, windowMs };
    },
  };
}

/** Without a token only `core` and `search` have a limit of their own; the others cannot be used. */
function published(party: GitHubParty, resource: GitHubResource, tier: GitHubTier): number {
  if (party.kind === "ip") {
    if (resource === "search") return githubUnauthenticatedSearch;
    return resource === "core" ? githubPrimaryLimits.unauthenticated.limit : 0;
  }
  if (resource === "core") {
    if (party.kind === "installation") return installationLimit(party, tier);
    return {
      user: githubPrimaryLimits.user,
      "enterprise-cloud": githubPrimaryLimits.userViaEnterpriseCloudApp,
      actions: githubPrimaryLimits.actionsGithubToken,
    }[tier].limit;
  }
  if (resource === "graphql") {
    if (party.kind === "installation" && tier !== "enterprise-cloud")
      return scaled(party, githubGraphqlLimits.appInstallation.limit);
    return {
      user: githubGraphqlLimits.user,
      "enterprise-cloud": githubGraphqlLimits.userViaEnterpriseCloudApp,
      actions: githubGraphqlLimits.actionsGithubToken,
    }[tier].limit;
  }
  return githubResourceLimits[resource].limit;
}

function installationLimit(party: Extract<GitHubParty, { kind: "installation" }>, tier: GitHubTier): number {
  if (tier === "enterprise-cloud") return githubPrimaryLimits.appInstallationEnterpriseCloud.limit;
  return scaled(party, githubPrimaryLimits.appInstallationMinimum.limit);
}

/** An installation's quota grows with the repositories and users of its organization. */
function scaled({ repositories, users }: Extract<GitHubParty, { kind: "installation" }>, least: number): number {
  const { perExtra, free, most } = githubInstallationScaling;
  const extra = Math.max(0, repositories - free) + Math.max(0, users - free);
  return Math.min(most, least + perExtra * extra);
}
