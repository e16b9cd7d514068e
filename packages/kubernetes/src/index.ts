// The API and its factory
export { createKubernetesApi } from "./client/create-kubernetes-api.js";
export { KubernetesApi } from "./client/kubernetes-api.js";
export type { KubernetesApiOptions, KubernetesFactoryOptions, KubernetesSdkOptions } from "./client/options.js";

// Jobs, at most so many at a time
export { createJobRunner } from "./jobs/create-job-runner.js";
export { JobFailedError } from "./jobs/job-failed-error.js";
export type { JobRunner } from "./jobs/job-runner.js";
export type { JobRunnerOptions, RunJobOptions } from "./jobs/options.js";

// The quota, and the figures it is made of
export {
  asOf,
  clientGoRate,
  clientGoRetries,
  kubernetesSources,
  maxMutatingRequestsInFlight,
  maxRequestsInFlight,
  retryAfterOfRefusals,
  serverRate,
} from "./quota/generated/figures.js";
export type { ClientRate, PublishedFigure } from "./quota/figure.js";
export type { KubernetesQuotaOptions } from "./quota/options.js";
