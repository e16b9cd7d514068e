// Simulators
export { startSlackSimulator, type SlackSimulator } from "./slack/start-slack-simulator.js";
export type { SlackSimulatorOptions } from "./slack/options.js";
export type { TokenOwner } from "./slack/authorization.js";
export type { ChannelSeed, Seeds, UsergroupSeed, UserSeed } from "./slack/state/seed.js";
export { startGitHubSimulator, type GitHubSimulator } from "./github/start-github-simulator.js";
export type { GitHubSimulatorOptions } from "./github/options.js";
export type { GitHubTokenOwner } from "./github/authorization.js";
export type { GitHubOrganizationSeed, GitHubRepositorySeed, GitHubSeeds } from "./github/state/seed.js";
export { startGitLabSimulator, type GitLabSimulator } from "./gitlab/start-gitlab-simulator.js";
export type { GitLabSimulatorOptions } from "./gitlab/options.js";
export type { GitLabTokenOwner } from "./gitlab/authorization.js";
export type { GitLabGroupSeed, GitLabProjectSeed, GitLabSeeds } from "./gitlab/state/seed.js";
export { startS3Simulator, type S3Simulator } from "./s3/start-s3-simulator.js";
export type { S3SimulatorOptions } from "./s3/options.js";
export type { S3Seeds } from "./s3/state/seed.js";
export { startKubernetesSimulator, type KubernetesSimulator } from "./kubernetes/start-kubernetes-simulator.js";
export type { KubernetesSimulatorOptions } from "./kubernetes/options.js";
export type { KubernetesUser } from "./kubernetes/authorization.js";
export type { Simulation } from "./http/simulation.js";
export type { SimulatorOptions } from "./http/simulator-options.js";

// What a Slack simulator holds
export type { SlackState } from "./slack/state/state.js";
export type {
  Bot,
  Channel,
  Message,
  MessageContent,
  ScheduledMessage,
  StoredFile,
  User,
  Usergroup,
  Workspace,
} from "./slack/state/model.js";

// What a GitHub simulator holds
export type { GitHubState } from "./github/state/state.js";
export type {
  GitHubAccount,
  GitHubApp,
  GitHubBranch,
  GitHubComment,
  GitHubCommit,
  GitHubInstallation,
  GitHubIssue,
  GitHubOrganization,
  GitHubRepository,
  GitHubTeam,
} from "./github/state/model.js";

// What a GitLab simulator holds
export type { GitLabState } from "./gitlab/state/state.js";
export type {
  GitLabBranch,
  GitLabCommit,
  GitLabGroup,
  GitLabIssuable,
  GitLabIssue,
  GitLabMembers,
  GitLabMergeRequest,
  GitLabNote,
  GitLabPipeline,
  GitLabProject,
  GitLabUser,
  GitLabVisibility,
} from "./gitlab/state/model.js";

// What repositories of both hold
export type { GitBranch, GitCommit } from "./git/repository.js";

// What an S3 simulator holds
export type { ChecksumAlgorithm as S3ChecksumAlgorithm } from "./s3/wire/checksum.js";
export type { Bytes } from "./http/bytes.js";
export type { S3Bucket, S3Checksums, S3Object, S3Part, S3State, S3Upload } from "./s3/state/model.js";

// What a Kubernetes simulator holds
export type { KubernetesState } from "./kubernetes/state/state.js";
export type { KubernetesMetadata, KubernetesStoredObject } from "./kubernetes/state/model.js";

// Published limits
export { kubernetesLimits } from "./kubernetes/generated/published-limits.js";
export {
  githubGraphqlLimits,
  githubPrimaryLimits,
  githubResourceLimits,
  githubSecondaryLimits,
} from "./github/generated/published-limits.js";
export type {
  GitHubLimitName,
  GitHubResource,
  GitHubSecondaryLimit,
  GitHubTier,
} from "./github/limits/github-limits.js";
export { gitlabComLimits, gitlabSelfManagedLimits } from "./gitlab/generated/published-limits.js";
export type { GitLabTier } from "./gitlab/limits/gitlab-limits.js";
export type { PublishedFigure } from "./limits/published-figure.js";
export { s3Limits } from "./s3/generated/published-limits.js";
export { publishedLimits } from "./slack/generated/published-limits.js";
export type { PublishedLimit } from "./slack/limits/published-limit.js";

// Ledger: what was asked and what was answered
export { createLedger, type Ledger, type LedgerOptions, type WritableLedger } from "./ledger/ledger.js";
export type { LedgerEntry } from "./ledger/entry.js";
export { countEntries, maxInWindow, throttledEntries, type LedgerFilter } from "./ledger/readings.js";

// Limits as a provider counts them
export { minuteMs, type Counter } from "./limits/counter.js";
export { slidingWindow } from "./limits/sliding-window.js";
export { tokenBucket, type Burst } from "./limits/token-bucket.js";
export type { Stranger, StrangerOptions } from "./limits/stranger.js";

// Faults and latency
export type { Fault } from "./http/fault.js";
export type { Latency } from "./http/latency.js";

// Clocks
export { manualClock, monotonicClock, scaledClock, wallClock, type Clock, type ManualClock } from "./clock.js";

// Keycloak
export { startKeycloakSimulator, type KeycloakSimulator } from "./keycloak/start-keycloak-simulator.js";
export type { KeycloakProxyLimit, KeycloakSimulatorOptions } from "./keycloak/options.js";
export type { KeycloakState, Realm } from "./keycloak/state/state.js";
export type { Collection, Representation } from "./keycloak/state/collection.js";
