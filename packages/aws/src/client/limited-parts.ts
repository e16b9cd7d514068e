import { nonEmpty, systemClock } from "@sluice/core";
import { type ApiOptions, assemble } from "@sluice/kit";
import { checkOperations, knownOperations } from "../operations/operation.js";
import { currentLogicalCall } from "./logical-call.js";
import { requestOf } from "../operations/request.js";
import { createAwsQuota } from "../quota/aws-quota.js";
import { createFeedback } from "../quota/feedback.js";
import { isQuota, resolveQuota } from "../quota/options.js";
import { createClassify } from "../retry/classify.js";
import { readReply } from "../transport/reply.js";
import { bandwidthHook } from "../transport/bandwidth-hook.js";
import { throttleBodies } from "../transport/throttled-bodies.js";
import { awsLimitsOf } from "./limits/aws-limits.js";
import { placeBefore } from "./limits/aws-place.js";
import type { AwsOptions } from "./options.js";
import type { ClientParts } from "./parts.js";
import { secretsInCredentials } from "./secrets-in.js";

/**
 * Connections of the SDK's own request handler. Whoever is granted more than that waits in its queue with tokens spent, and arrives when
 * their window has moved on.
 */
const SDK_SOCKETS = 50;

/**
 * The parts of a client that keeps the account's limits.
 *
 * @param moreOperations - what the client class itself brings to the names in metrics.
 * @param ownSockets - whether how many connections there are is the user's doing.
 */
export function limitedParts(
  account: string,
  options: AwsOptions & {
    readonly maxAttempts?: unknown;
    readonly credentials?: unknown;
    readonly requestHandler?: unknown;
    readonly region?: unknown;
    readonly endpoint?: unknown;
  },
  moreOperations: readonly string[],
  ownSockets = options.requestHandler !== undefined,
): ClientParts {
  const env = options.env ?? process.env;
  nonEmpty("account", account, 256);
  const config = resolveQuota(isQuota(options.quota) ? {} : (options.quota ?? {}), env);
  const quota = isQuota(options.quota)
    ? { charges: options.quota, own: options.quota, pauseMs: () => 0 }
    : createAwsQuota(config);
  const clock = options.clock ?? systemClock;
  const operations = [...checkOperations(options.operations ?? []), ...moreOperations];
  let place = placeBefore(options, env);
  const assembly = assemble(options as ApiOptions, {
    provider: "aws",
    knownOperations: [...knownOperations, ...operations],
    quota(call) {
      const { region, server } = requestOf(call);
      if (region !== undefined) place = { region, server };
      return quota.charges(call);
    },
    ownQuota: isQuota(options.quota),
    feedback: createFeedback(quota, () => clock.wallNow()),
    classify: createClassify(() => clock.wallNow()),
    retry: {
      onRetry: ({ delayMs }) => {
        const notes = currentLogicalCall()?.notes;
        if (notes !== undefined) notes.retryDelayMs += delayMs;
      },
    },
    reply: readReply,
    ...(ownSockets ? {} : { maxInFlight: SDK_SOCKETS }),
    env,
  });
  const { limiterFor } = assembly;
  const enforced = (): boolean => assembly.mode === "enforce";
  const { up, down } = config.bytes;
  if (!isQuota(options.quota) && up !== undefined)
    assembly.hooks.add(bandwidthHook({ up, limiterFor, enforced, clock }), { before: "rate-limit" });
  return {
    account,
    chain: assembly.hooks,
    timeoutMs: assembly.timeoutMs,
    sdkRetries: false,
    keepsMaxAttempts: options.maxAttempts !== undefined || Boolean(env["AWS_MAX_ATTEMPTS"]),
    throttle: isQuota(options.quota) ? undefined : throttleBodies({ up, down, limiterFor, enforced }),
    secrets: secretsInCredentials(options.credentials),
    mode: { get: () => assembly.mode, set: (mode) => (assembly.mode = mode) },
    limits: (service) =>
      assembly.limits(
        awsLimitsOf({
          account,
          service,
          operations,
          env,
          place: () => place,
          quota: isQuota(options.quota) ? {} : (options.quota ?? {}),
        }),
      ),
    close: assembly.close,
    clock: options.clock,
  };
}
