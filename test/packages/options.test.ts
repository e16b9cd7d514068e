import { createS3Api, instrumentAws, S3Api } from "@sluice/aws";
import { createHookChain, createRetryBudget, retry } from "@sluice/core";
import { createFetchApi as createPlainFetchApi } from "@sluice/core/fetch";
import { createGitHubApi, etagCache, GitHubApi } from "@sluice/github";
import { createGitLabApi, GitLabApi } from "@sluice/gitlab";
import { loadShedding, rateLimit } from "@sluice/http/node";
import { createKeycloakApi, KeycloakApi } from "@sluice/keycloak";
import { createFetchApi } from "@sluice/kit";
import { createKubernetesApi, KubernetesApi } from "@sluice/kubernetes";
import {
  breakerHook,
  breakers,
  concurrency,
  createBreaker,
  createFailureBackoff,
  createGuard,
  createJobs,
  createLimiter,
  createLoadShedder,
  customLimit,
  failureBackoffHook,
  fixedWindow,
  guardHook,
  leakyBucket,
  memoryBreakerStore,
  memoryControlStore,
  memoryLock,
  memoryStates,
  memoryStore,
  queue,
  retryAfter,
  slidingWindow,
  slidingWindowCounter,
  throttle,
  tokenBucket,
  withCustomLimits,
} from "@sluice/limiter";
import {
  checkConnection,
  diagnoseRedis,
  redisBreakerStore,
  redisControlStore,
  redisFleet,
  redisLock,
  redisStates,
  redisStore,
} from "@sluice/limiter-redis";
import { createPolicyEngine, createResolver, policyHook } from "@sluice/policy";
import { createSlackApi, SlackApi } from "@sluice/slack";
import {
  createBreakerObserver,
  createLogHook,
  createMetrics,
  createPolicyMetrics,
  createTracing,
} from "@sluice/telemetry";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";

type Make = (options: never) => unknown;

/** What has to be told something. */
const needing: Readonly<Record<string, Make>> = {
  tokenBucket,
  leakyBucket,
  slidingWindow,
  fixedWindow,
  slidingWindowCounter,
  concurrency,
  customLimit,
  createLimiter,
  createGuard,
  createBreaker,
  breakers,
  createJobs,
  failureBackoffHook,
  guardHook,
  withCustomLimits: (options) => withCustomLimits(memoryStore(), options),
  redisStore,
  redisLock,
  redisBreakerStore,
  redisControlStore,
  redisFleet,
  redisStates,
  checkConnection,
  diagnoseRedis,
  createPlainFetchApi,
  createFetchApi,
  createLogHook,
  instrumentAws: (options) => instrumentAws(new S3Api("acme", { region: "eu-west-1" }), options),
};

/** What works without being told anything. */
const content: Readonly<Record<string, Make>> = {
  createHookChain,
  retry,
  createRetryBudget,
  memoryStore,
  memoryLock,
  memoryStates,
  memoryBreakerStore,
  memoryControlStore,
  breakerHook: (options) => breakerHook(createBreaker({ name: "b" }), options),
  queue,
  throttle,
  retryAfter,
  createLoadShedder,
  createFailureBackoff,
  createPolicyEngine,
  createResolver: (options) => createResolver([], options),
  policyHook: (options) => policyHook(createPolicyEngine({ store: memoryStore() }), options),
  rateLimit,
  loadShedding,
  createMetrics,
  createPolicyMetrics,
  createBreakerObserver,
  createTracing,
  etagCache,
  createSlackApi: (options) => createSlackApi("acme", options),
  createGitHubApi: (options) => createGitHubApi("acme", options),
  createGitLabApi: (options) => createGitLabApi("acme", options),
  createKeycloakApi: (options) => createKeycloakApi("acme", options),
  createKubernetesApi: (options) => createKubernetesApi("acme", options),
  createS3Api: (options) => createS3Api("acme", options),
  SlackApi: (options) => new SlackApi("acme", "xoxb-any", options),
  GitHubApi: (options) => new GitHubApi("acme", options),
  GitLabApi: (options) => new GitLabApi("acme", options),
  KeycloakApi: (options) => new KeycloakApi("acme", options),
  KubernetesApi: (options) => new KubernetesApi("acme", undefined, options),
  S3Api: (options) => new S3Api("acme", options),
};

const mistake = expect.objectContaining({
  code: "CONFIG_INVALID",
  option: "options",
  message: expect.stringContaining("options must be"),
});

/** The error, whether it comes at once or by a promise. */
async function errorOf(make: Make, options: unknown): Promise<unknown> {
  try {
    return await make(options as never);
  } catch (error) {
    return error;
  }
}

describe("without types, options that are none are a mistake with a name", () => {
  it.each(Object.entries({ ...needing, ...content }))("of %s", async (_, make) => {
    for (const none of [null, 7]) expect(await errorOf(make, none)).toEqual(mistake);
    // Who hands over a token in their place reads it in no error.
    const error = await errorOf(make, "xoxb-secret");
    expect(error).toEqual(mistake);
    expect(inspect(error)).not.toContain("xoxb-secret");
  });

  it.each(Object.entries(needing))("where %s is told nothing", async (_, make) => {
    expect(await errorOf(make, undefined)).toEqual(mistake);
  });
});

describe("a misspelt option of a quota is a mistake with a name, for it would be a limit that nobody keeps", () => {
  it.each<[option: string, make: () => unknown]>([
    ["quota.minutesMs", () => createSlackApi("acme", { token: "xoxb-any", quota: { minutesMs: 5 } as object })],
    ["quota.concurent", () => createGitHubApi("acme", { quota: { concurent: 5 } as object })],
    ["quota.perMinutes", () => createGitLabApi("acme", { token: "any", quota: { perMinutes: 5 } as object })],
    ["quota.rate", () => createKeycloakApi("acme", { quota: { rate: 5 } as object })],
    ["quota.global.rate", () => createKeycloakApi("acme", { quota: { global: { rate: 5 } as object } })],
    ["quota.rate", () => createKubernetesApi("acme", { quota: { rate: 5 } as object })],
    ["quota.share ", () => createS3Api("acme", { quota: { "share ": 0.5 } as object })],
    ["quota.s3.read", () => createS3Api("acme", { quota: { s3: { read: 5 } as object } })],
    ["quota.bytesPerSecond.in", () => createS3Api("acme", { quota: { bytesPerSecond: { in: 5 } as object } })],
    ["quota.adaptive.rate", () => createS3Api("acme", { quota: { adaptive: { rate: 5 } as object } })],
  ])("%s", (option, make) => {
    expect(make).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", option }));
  });
});
