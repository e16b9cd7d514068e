// Generated from data/github.json by scripts/generate-github-limits.mjs; do not edit.
// Figures as of GitHub.com; docs files dated between 2024 and 2026, OpenAPI description package 23.0.2 (2026). Sources:
//   rest-limits: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
//   primary-user: github/docs@5aeef16ef77cdbe8f3912513c38921a4e03cb4ed data/reusables/rest-api/primary-rate-limit-authenticated-users.md
//   primary-app: github/docs@4782eb777f65d298d0269809b98927259681d3be data/reusables/rest-api/primary-rate-limit-github-app-installations.md
//   primary-actions: github/docs@8715033e49131787feb6cb998f6ef04b5e71f678 data/reusables/rest-api/primary-rate-limit-github-token-in-actions.md
//   secondary: github/docs@da801e27b7d2ac1544b43488254773f4ccb6122d data/reusables/rest-api/secondary-rate-limit-rest-graphql.md
//   graphql-limits: https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
//   best-practices: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
//   search-page: https://docs.github.com/en/rest/search/search
//   openapi: npm @octokit/openapi@23.0.2 generated/api.github.com.json
//   openapi-ghec: npm @octokit/openapi@23.0.2 generated/ghec.json
//   captured-rate-limit: bored-engineer/github-rate-limit-http-transport limits_test.go
//   go-github-fixture: google/go-github rate limit test fixture
//   octokit-throttling: npm @octokit/plugin-throttling@11.0.5
import type { PublishedFigure } from "../../limits/published-figure.js";

/** GitHub's primary REST limits by kind of credential. @public */
export const githubPrimaryLimits = {
  "unauthenticated": { limit: 60, windowMs: 3600000, scope: "per source IP address", source: "rest-limits" },
  "user": { limit: 5000, windowMs: 3600000, scope: "per user, all tokens and apps acting for that user together", source: "primary-user" },
  "userViaEnterpriseCloudApp": { limit: 15000, windowMs: 3600000, scope: "per user, for a GitHub App owned by, or an OAuth app owned or approved by, an Enterprise Cloud organization", source: "primary-user" },
  "appInstallationMinimum": { limit: 5000, windowMs: 3600000, scope: "per installation", source: "primary-app" },
  "appInstallationEnterpriseCloud": { limit: 15000, windowMs: 3600000, scope: "per installation on an Enterprise Cloud organization", source: "primary-app" },
  "oauthAppClientCredentials": { limit: 5000, windowMs: 3600000, scope: "per OAuth app using client id and secret for public data", source: "rest-limits" },
  "oauthAppClientCredentialsEnterpriseCloud": { limit: 15000, windowMs: 3600000, scope: "per OAuth app owned by an Enterprise Cloud organization", source: "rest-limits" },
  "actionsGithubToken": { limit: 1000, windowMs: 3600000, scope: "per repository", source: "primary-actions" },
  "actionsGithubTokenEnterpriseCloud": { limit: 15000, windowMs: 3600000, scope: "per repository, for resources of an Enterprise Cloud account", source: "primary-actions" },
} as const satisfies Readonly<Record<string, PublishedFigure>>;

/** GitHub's primary GraphQL limits by kind of credential. @public */
export const githubGraphqlLimits = {
  "user": { limit: 5000, windowMs: 3600000, scope: "per user", source: "graphql-limits" },
  "userViaEnterpriseCloudApp": { limit: 10000, windowMs: 3600000, scope: "per user", source: "graphql-limits" },
  "appInstallation": { limit: 5000, windowMs: 3600000, scope: "per installation", source: "graphql-limits" },
  "appInstallationEnterpriseCloud": { limit: 10000, windowMs: 3600000, scope: "per installation", source: "graphql-limits" },
  "oauthAppClientCredentials": { limit: 5000, windowMs: 3600000, scope: "per OAuth app", source: "graphql-limits" },
  "actionsGithubToken": { limit: 1000, windowMs: 3600000, scope: "per repository", source: "graphql-limits" },
} as const satisfies Readonly<Record<string, PublishedFigure>>;

/** GitHub's primary limits by resource, as `/rate_limit` names them. @public */
export const githubResourceLimits = {
  "core": { limit: 5000, windowMs: 3600000, scope: "per user", source: "openapi" },
  "search": { limit: 30, windowMs: 60000, scope: "per user", source: "openapi" },
  "code_search": { limit: 10, windowMs: 60000, scope: "per user", source: "openapi" },
  "graphql": { limit: 5000, windowMs: 3600000, scope: "per user", source: "openapi" },
  "integration_manifest": { limit: 5000, windowMs: 3600000, scope: "per caller", source: "openapi" },
  "dependency_snapshots": { limit: 100, windowMs: 60000, scope: "per caller", source: "openapi" },
  "dependency_sbom": { limit: 100, windowMs: 60000, scope: "per caller", source: "go-github-fixture" },
  "code_scanning_upload": { limit: 1000, windowMs: 3600000, scope: "per user or app installation", source: "openapi" },
  "code_scanning_autofix": { limit: 10, windowMs: 60000, scope: "per caller", source: "openapi" },
  "actions_runner_registration": { limit: 10000, windowMs: 3600000, scope: "per caller", source: "openapi" },
  "scim": { limit: 15000, windowMs: 3600000, scope: "per caller", source: "openapi" },
  "source_import": { limit: 100, windowMs: 60000, scope: "per caller", source: "openapi" },
  "audit_log": { limit: 1750, windowMs: 3600000, scope: "per user and IP address", source: "openapi-ghec" },
  "audit_log_streaming": { limit: 15, windowMs: 3600000, scope: "per caller", source: "captured-rate-limit" },
} as const satisfies Readonly<Record<string, PublishedFigure>>;

/** GitHub's secondary limits. @public */
export const githubSecondaryLimits = {
  "concurrentRequests": { limit: 100, windowMs: 0, scope: "per caller; REST and GraphQL together", source: "secondary" },
  "restPoints": { limit: 900, windowMs: 60000, scope: "per caller, REST endpoints", source: "secondary" },
  "graphqlPoints": { limit: 2000, windowMs: 60000, scope: "per caller, GraphQL endpoint", source: "secondary" },
  "cpuTime": { limit: 90, windowMs: 60000, scope: "per caller", source: "secondary" },
  "cpuTimeGraphql": { limit: 60, windowMs: 60000, scope: "per caller, part of the 90", source: "secondary" },
  "contentCreationPerMinute": { limit: 80, windowMs: 60000, scope: "per caller, content-creating requests on web, REST and GraphQL", source: "secondary" },
  "contentCreationPerHour": { limit: 500, windowMs: 3600000, scope: "per caller, content-creating requests on web, REST and GraphQL", source: "secondary" },
} as const satisfies Readonly<Record<string, PublishedFigure>>;

/** How the quota of an app installation grows: by so many requests an hour for each repository and user above the free ones. */
export const githubInstallationScaling = {
  perExtra: 50,
  free: 20,
  most: 12500,
} as const;

/** Requests to the search resource without a token. Unit: requests per minute. */
export const githubUnauthenticatedSearch = 10;

/** What requests cost of the secondary limits. Unit: points. */
export const githubPointCosts = {
  restRead: 1,
  restWrite: 5,
  graphqlQuery: 1,
  graphqlMutation: 5,
} as const;

/** Routes that create content, which two more secondary limits count. */
export const githubContentCreation: readonly string[] = [
  "DELETE /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by/{issue_id}",
  "DELETE /repos/{owner}/{repo}/issues/{issue_number}/issue-field-values/{issue_field_id}",
  "DELETE /repos/{owner}/{repo}/issues/{issue_number}/sub_issue",
  "POST /orgs/{org}/invitations",
  "POST /repos/{owner}/{repo}/commits/{commit_sha}/comments",
  "POST /repos/{owner}/{repo}/issues",
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
  "POST /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by",
  "POST /repos/{owner}/{repo}/issues/{issue_number}/issue-field-values",
  "POST /repos/{owner}/{repo}/issues/{issue_number}/sub_issues",
  "POST /repos/{owner}/{repo}/pulls",
  "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments",
  "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies",
  "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers",
  "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
  "POST /repos/{owner}/{repo}/releases",
  "PUT /repos/{owner}/{repo}/issues/{issue_number}/issue-field-values",
  "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge",
];
