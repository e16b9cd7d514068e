// The client and its factory
export { createGitHubApi, type WithPlugins } from "./client/create-github-api.js";
export { GitHubApi } from "./client/github-api.js";
export type { GitHubApiOptions, GitHubFactoryOptions, NamedOctokitOptions } from "./client/options.js";

// Unchanged pages for nothing
export { etagCache, type EtagCacheOptions } from "./etag/etag-cache.js";

// The quota, and the published figures it is made of
export type { Figure } from "./quota/figure.js";
export {
  asOf,
  bestPractices,
  contentCreationEndpoints,
  endpointLimits,
  githubSources,
  graphqlLimits,
  pointCosts,
  primaryLimits,
  resourceLimits,
  secondaryLimits,
} from "./quota/generated/limits.js";
export type { GitHubQuotaOptions } from "./quota/options.js";
export { githubTiers, type Tier, type TierName } from "./quota/tiers.js";
export type { ResourceName } from "./operations/resource.js";
