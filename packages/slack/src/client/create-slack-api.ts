import type { RetryEvent } from "@sluice/core";
import { anObject, nonEmpty, nonNegative, systemClock, systemRandom, wholeBetween } from "@sluice/core";
import { type ApiOptions, assemble } from "@sluice/kit";
import { knownOperations } from "../operations/operation.js";
import { requestOf } from "../operations/request.js";
import { createFeedback } from "../quota/feedback.js";
import { isQuota, resolveQuota } from "../quota/options.js";
import { createSlackQuota } from "../quota/slack-quota.js";
import { createClassify } from "../retry/classify.js";
import { retryOptionsOf } from "../retry/retry-config.js";
import { isThrottled } from "./buffered-response.js";
import { slackLimits } from "./limits/slack-limits.js";
import { factoryParts, type HandedOptions, type SlackFactoryOptions } from "./options.js";
import { SlackApi } from "./slack-api.js";
import { findToken } from "./token.js";

const SLACK_URL = "https://slack.com/api/";

/**
 * A client that keeps the workspace's published quota together with every other process that shares its Redis.
 *
 * Returns at once; Redis is connected on first use. The SDK's options keep their meaning: `retryConfig`,
 * `rejectRateLimitedCalls`, `maxRequestConcurrency` and `timeout` are kept by Sluice, whose retry replaces the SDK's.
 *
 * @param workspace - whose quota it is. Range: a text that is not empty.
 * @throws ConfigError naming the option or variable, the range and the value, before anything is sent or opened: no token
 * anywhere, an empty workspace, an unknown tier, numbers out of range, a malformed `REDIS_URL`.
 */
export function createSlackApi(workspace: string, options: SlackFactoryOptions = {}): SlackApi {
  anObject("options", options);
  const env = options.env ?? process.env;
  nonEmpty("workspace", workspace, 256);
  const token = findToken(workspace, options.token, options.headers ?? {}, env);
  const { retryConfig, rejectRateLimitedCalls = false, maxRequestConcurrency = 100, timeout = 0 } = options;
  const random = options.random ?? systemRandom;
  const quota = isQuota(options.quota)
    ? { charges: options.quota, own: options.quota }
    : createSlackQuota(resolveQuota(options.quota ?? {}, env), serverOf(options.slackApiUrl));
  nonNegative("timeout", timeout);

  const assembly = assemble(options as ApiOptions, {
    provider: "slack",
    knownOperations,
    quota: quota.charges,
    ownQuota: isQuota(options.quota),
    feedback: createFeedback(quota.own, () => (options.clock ?? systemClock).wallNow()),
    classify: createClassify({ rejectRateLimitedCalls, everyFailure: retryConfig !== undefined }),
    retry: { ...(retryConfig === undefined ? {} : retryOptionsOf(retryConfig, random)), onRetry: emitRateLimited },
    // Who says how often to retry means it; the default budget would end it sooner.
    retryCapacity: retryConfig === undefined ? undefined : Math.max(20, retryConfig.retries ?? 10),
    maxInFlight:
      maxRequestConcurrency === Number.POSITIVE_INFINITY
        ? maxRequestConcurrency
        : wholeBetween("maxRequestConcurrency", maxRequestConcurrency, 1, 1e6),
    reply: (value) => {
      const { status, headers } = (value ?? {}) as { status?: unknown; headers?: { get(name: string): string | null } };
      return typeof status === "number"
        ? { status: isThrottled(value) ? 429 : status, headers }
        : { status: undefined, headers: undefined };
    },
    env,
  });

  const limits = slackLimits({ workspace, token, quota: isQuota(options.quota) ? {} : (options.quota ?? {}), env });
  const handed: HandedOptions = {
    ...options,
    // What Sluice does in the SDK's place, the SDK must not do again.
    retryConfig: { retries: 0 },
    maxRequestConcurrency: Number.POSITIVE_INFINITY,
    rejectRateLimitedCalls: true,
    timeout: 0,
    [factoryParts]: {
      chain: assembly.hooks,
      timeoutMs: assembly.timeoutMs,
      attemptTimeoutMs: timeout,
      unknownIsIdempotent: retryConfig !== undefined,
      sdkRetries: false,
      mode: { get: () => assembly.mode, set: (mode) => (assembly.mode = mode) },
      limits: () => assembly.limits(limits),
      close: assembly.close,
      clock: options.clock,
    },
  };
  return new SlackApi(workspace, token, handed);
}

/** The SDK emits for the 429 it sees; those that are retried it never sees. */
function emitRateLimited({ call, settled }: RetryEvent): void {
  if (!settled.ok || !isThrottled(settled.result) || settled.result.status !== 429) return;
  const seconds = Number.parseInt(settled.result.headers.get("retry-after") ?? "", 10);
  if (!Number.isNaN(seconds)) requestOf(call).onRateLimited(seconds);
}

/** Another server counts for itself, so its buckets are others. */
function serverOf(slackApiUrl: string | undefined): string {
  if (slackApiUrl === undefined || slackApiUrl === SLACK_URL || `${slackApiUrl}/` === SLACK_URL) return "";
  try {
    return `@${new URL(slackApiUrl).host}`;
  } catch {
    return `@${slackApiUrl}`;
  }
}
