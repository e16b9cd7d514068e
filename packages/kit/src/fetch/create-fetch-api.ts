import {
  anObject,
  type Caller,
  type Classify,
  classifyHttp,
  ConfigError,
  currentContext,
  wholeBetween,
  withCaller,
} from "@sluice/core";
import {
  createFetchApi as createBareApi,
  type FetchApi as BareApi,
  type FetchApiOptions as BareOptions,
} from "@sluice/core/fetch";
import type { Quota } from "@sluice/limiter";
import { assemble, type Assembly } from "../assembly/assemble.js";
import type { ApiLimits } from "../limits/api-limits.js";
import type { ApiOptions, Environment, Mode } from "../options/api-options.js";
import type { FeedbackRule } from "../rate-limit/feedback.js";
import { fetchLimits } from "./fetch-limits.js";
import { httpFeedback } from "./http-feedback.js";

/** What a fetch API with limits is made of. */
export interface FetchApiOptions extends Omit<ApiOptions, "clock">, Omit<BareOptions, "hooks"> {
  /** From a call to what it takes; `fetchRequestOf(call)` of `@sluice/core/fetch` has its request. */
  readonly quota: Quota;
  /** What an answer says about the limits. @defaultValue {@link httpFeedback} */
  readonly feedback?: FeedbackRule | undefined;
  /** Which ends are failures that may be repeated. @defaultValue `classifyHttp` */
  readonly classify?: Classify | undefined;
  /** Most requests in flight of this client. Range: whole numbers 1 to 1e6, or `Infinity` for no cap. @defaultValue `Infinity` */
  readonly maxInFlight?: number | undefined;
  /** @defaultValue `process.env` */
  readonly env?: Environment | undefined;
}

/** A `fetch` that keeps a quota together with every process that shares its Redis. */
export interface FetchApi extends BareApi, AsyncDisposable {
  /** Whether limits are enforced, only recorded or ignored; may be changed at any time. */
  mode: Mode;
  /** The same `fetch` on behalf of a caller; it shares chain and limits with this one. */
  as(caller: Caller): FetchApi;
  /** The limits, to be asked: what is charged, how full, who waits, and which limits a request passes. */
  limits(): ApiLimits;
  /** Fails what waits for the limiter, and gives up the store. */
  close(): Promise<void>;
}

/**
 * Makes a `fetch` for one account of an API of which nothing is shipped: metrics, retry, feedback and the given quota around every
 * request. Returns at once; Redis is connected on first use.
 *
 * @throws ConfigError for an option or variable out of range.
 */
export function createFetchApi(options: FetchApiOptions): FetchApi {
  anObject("options", options, "{ provider, account, quota, ... }");
  checkParts(options);
  const { provider, operation } = options;
  const assembly = assemble(options, {
    provider,
    knownOperations: Array.isArray(operation) ? [...operation, "other"] : undefined,
    quota: options.quota,
    ownQuota: true,
    feedback: options.feedback ?? httpFeedback(options.clock),
    classify: options.classify ?? classifyHttp,
    maxInFlight: options.maxInFlight,
    env: options.env,
  });
  const bare = bareApi(options, assembly);

  const onBehalfOf = (caller: Caller | undefined): FetchApi => {
    const api = (...args: Parameters<typeof fetch>): Promise<Response> =>
      caller === undefined ? bare(...args) : withCaller({ ...currentContext().caller, ...caller }, () => bare(...args));
    const whole = Object.assign(api, {
      hooks: assembly.hooks,
      mode: assembly.mode,
      as: (other: Caller) => onBehalfOf({ ...caller, ...other }),
      limits: () => assembly.limits(fetchLimits(options)),
      close: assembly.close,
      [Symbol.asyncDispose]: assembly.close,
    });
    return Object.defineProperty(whole, "mode", {
      get: () => assembly.mode,
      set(mode: Mode) {
        assembly.mode = mode;
      },
    });
  };
  return onBehalfOf(undefined);
}

function checkParts({ quota, feedback, classify, maxInFlight }: FetchApiOptions): void {
  const functions = Object.entries({ quota, feedback, classify });
  for (const [option, value] of functions)
    if (typeof value !== "function" && (option === "quota" || value !== undefined))
      throw new ConfigError({ option, accepted: "a function", value });
  if (maxInFlight !== undefined && maxInFlight !== Number.POSITIVE_INFINITY)
    wholeBetween("maxInFlight", maxInFlight, 1, 1e6);
}

function bareApi(options: FetchApiOptions, assembly: Assembly): BareApi {
  const { provider, account, operation, idempotent, responses, fetch, clock } = options;
  const { hooks, timeoutMs } = assembly;
  try {
    return createBareApi({ provider, account, operation, hooks, timeoutMs, idempotent, responses, fetch, clock });
  } catch (error) {
    // What was leased for a client that never came to be.
    void assembly.close();
    throw error;
  }
}
