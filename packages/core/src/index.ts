// A call and its surroundings
export { onAbort } from "./call/abort-listeners.js";
export { type Call, type CallInit, createCall, nextAttempt, partOf, type Progress, recordWait } from "./call/call.js";
export type { Caller } from "./call/caller.js";
export {
  type CallContext,
  type CallOptions,
  currentContext,
  withCaller,
  withCallOptions,
  withoutCallOptions,
} from "./call/context.js";
export { type LinkedSignal, linkSignals } from "./call/linked-signal.js";
export { type CallRequest, runCall } from "./call/run-call.js";
export { CallState, type StateKey, stateKey } from "./call/state.js";

// The hook chain
export type { HeadersLike, Hook, HookFailure, Next, Outcome, Stage } from "./hooks/hook.js";
export { createHookChain, type HookChain, type HookChainOptions, type HookPosition } from "./hooks/hook-chain.js";
export { warnOnce } from "./hooks/warn-once.js";
export { readReply, type Reply, type ReplyReader } from "./hooks/reply.js";

// Retry
export { type BackoffOptions, fullJitter } from "./retry/backoff.js";
export { type Classify, classifyConnectionError, classifyHttp, type Settled, type Verdict } from "./retry/classify.js";
export { type RetryEvent, type RetryOptions, streamedBody } from "./retry/options.js";
export { retry, type RetryCounts, type RetryHook } from "./retry/retry.js";
export { parseRetryAfter, type RetryAfter } from "./retry/retry-after.js";
export { createRetryBudget, type RetryBudget, type RetryBudgetOptions } from "./retry/retry-budget.js";

// Errors
export { type ErrorCode, errorCodes } from "./errors/codes.js";
export { ConfigError, type ConfigProblem, show } from "./errors/config-error.js";
export { DeadlineExceededError } from "./errors/deadline-exceeded-error.js";
export { type LimitExceededDetails, LimitExceededError } from "./errors/limit-exceeded-error.js";
export {
  anObject,
  between,
  knownOptions,
  nonEmpty,
  nonNegative,
  oneOf,
  positive,
  wholeBetween,
} from "./errors/ranges.js";
export { isSluiceError, SluiceError } from "./errors/sluice-error.js";
export { StoreUnavailableError } from "./errors/store-unavailable-error.js";

// Time, chance, secrets
export { type Clock, systemClock, type Timer } from "./clock/clock.js";
export { type Random, systemRandom } from "./clock/random.js";
export { sleep } from "./clock/sleep.js";
export { scrubSecrets, scrubText } from "./secrets/scrub.js";
