// The client and its factory
export { createGitLabApi } from "./client/create-gitlab-api.js";
export { GitLabApi } from "./client/gitlab-api.js";
export type { GitLabApiOptions, GitLabFactoryOptions, GitLabSdkOptions } from "./client/options.js";

// The quota, and the published figures it is made of
export { asOf, gitlabComLimits, gitlabSources, selfManagedLimits } from "./quota/generated/limits.js";
export type { GitLabQuotaOptions, GitLabTier } from "./quota/options.js";
export type { PublishedLimit } from "./quota/published-limit.js";
