// Limits and quotas, as data
export type { Charge, Quota } from "./limits/charge.js";
export { type ConcurrencyLimit, type ConcurrencyOptions, concurrency } from "./limits/concurrency.js";
export { type LeakyBucketLimit, type LeakyBucketOptions, leakyBucket } from "./limits/leaky-bucket.js";
export { capacityOf, largestCostOf, type Limit, rateOf } from "./limits/limit.js";
export { type TokenBucketLimit, type TokenBucketOptions, tokenBucket } from "./limits/token-bucket.js";
export {
  type CountedWindowOptions,
  type FixedWindowLimit,
  fixedWindow,
  type SlidingWindowCounterLimit,
  type SlidingWindowLimit,
  type SlidingWindowOptions,
  slidingWindow,
  slidingWindowCounter,
} from "./limits/windows.js";

// The limiter
export { createLimiter, type LimiterOptions } from "./limiter/create-limiter.js";
export type { Decision } from "./limiter/decision.js";
export type {
  AcquireOptions,
  Grant,
  Limiter,
  Mode,
  Observation,
  Reservation,
  ReserveOptions,
} from "./limiter/limiter.js";
export { limitFigures } from "./inspect/bucket-sight.js";
export type {
  BucketSight,
  InspectOptions,
  LimiterSight,
  LimitFigures,
  PriorityLane,
  SightMode,
  WaitingSight,
} from "./inspect/sight.js";
export type { LeaseOptions } from "./lease/options.js";
export type { ModeOptions } from "./limiter/modes.js";

// Stores
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from "./memory/memory-store.js";
export { encodePart } from "./store/encode-part.js";
export { createListeners, type Listeners } from "./store/listeners.js";
export type {
  GiveBackRequest,
  Loan,
  ObserveRequest,
  Pause,
  Store,
  StoreCharge,
  TakeReply,
  TakeRequest,
  Waiting,
} from "./store/store.js";

// Conduct that changes rates
export { scaleLimit } from "./standing/scale-limit.js";
export type {
  StandingCharge,
  StandingRequest,
  StandingRules,
  StandingSight,
  StandingStep,
} from "./standing/standing.js";

// The circuit breaker
export type {
  Breaker,
  BreakerEvent,
  BreakerReason,
  BreakerRunOptions,
  BreakerSight,
  BreakerState,
  ForceOptions,
  IsFailure,
} from "./breaker/breaker.js";
export { breakerHook, type BreakerHookOptions, providerFailed } from "./breaker/breaker-hook.js";
export { breakers, type Breakers, type BreakersOptions } from "./breaker/breakers.js";
export { type CircuitOpenDetails, CircuitOpenError } from "./breaker/circuit-open-error.js";
export { createBreaker } from "./breaker/create-breaker.js";
export {
  type MemoryBreakerStore,
  memoryBreakerStore,
  type MemoryBreakerStoreOptions,
} from "./breaker/memory-breaker-store.js";
export type { BreakerOptions } from "./breaker/options.js";
export type { BreakerRuleOptions, BreakerRules } from "./breaker/rules.js";
export type { Answer, BreakerCounts, BreakerStore, BreakerView, Force, ProbeEnd, ProbeReply } from "./breaker/store.js";

// Shared state that many read and few change
export { type AuditVerdict, digestOf, digestOfText, noDigest, readEntry, verifyAudit } from "./control/audit.js";
export { type AuditContent, canonicalText } from "./control/canonical.js";
export { ChangeConflictError, otherVersion } from "./control/change-conflict-error.js";
export { checkAuditOptions, checkChange, type CheckedChange, checkSpace } from "./control/check-change.js";
export {
  type AuditBounds,
  checkBounds,
  drawGeneration,
  memoryControlStore,
  type MemoryControlStoreOptions,
} from "./control/memory-control-store.js";
export type {
  AuditDraft,
  AuditEntry,
  AuditHead,
  AuditOptions,
  ControlChange,
  ControlChanged,
  ControlSight,
  ControlStore,
  Json,
  KnownVersion,
} from "./control/store.js";

// Locks
export { createLock, type LockSurroundings } from "./lock/create-lock.js";
export type { Kept, LockKeeper } from "./lock/keeper.js";
export type { Held, Lock, LockHandle, LockOptions } from "./lock/lock.js";
export { memoryLock, type MemoryLockOptions } from "./lock/memory-lock.js";

// Custom limits: rules of one's own
export type { CustomCharge, Mixed } from "./custom/charges.js";
export {
  type CustomDecision,
  type CustomLimit,
  customLimit,
  type CustomLimitOptions,
  type CustomResult,
} from "./custom/custom-limit.js";
export { memoryStates, type MemoryStatesOptions } from "./custom/memory-states.js";
export type { CustomStateEntry, CustomStates, CustomStatesSight } from "./custom/states.js";
export type { CustomLimitsOptions } from "./custom/surroundings.js";
export { type CustomStore, withCustomLimits } from "./custom/with-custom-limits.js";

// What a refusal means
export { createGuard, type GuardOptions } from "./guard/create-guard.js";
export type { Admittance, Guard, GuardDecision, GuardRunOptions } from "./guard/guard.js";
export { guardHook, type GuardHookOptions } from "./guard/guard-hook.js";
export { degrade } from "./strategies/degrade.js";
export { QueueFullError, type QueueOptions, type QueueStrategy, queue } from "./strategies/queue.js";
export { reject } from "./strategies/reject.js";
export type { StrategyChoice } from "./strategies/resolve-strategy.js";
export { retryAfter, type RetryAfterOptions } from "./strategies/retry-after.js";
export type { Admission, Admitted, CustomStrategy, Refusal, Strategy } from "./strategies/strategy.js";
export { throttle, type ThrottleOptions } from "./strategies/throttle.js";

// Other guards
export { failureBackoffHook, type FailureBackoffHookOptions } from "./backoff/backoff-hook.js";
export {
  BackingOffError,
  createFailureBackoff,
  type FailureBackoff,
  type FailureBackoffOptions,
} from "./backoff/failure-backoff.js";
export { throttleBytes, type ThrottleBytesOptions } from "./bandwidth/throttle-bytes.js";
export { createJobs, type JobOptions, type Jobs, type JobsOptions } from "./jobs/jobs.js";
export {
  createLoadShedder,
  type LoadSample,
  type LoadShedder,
  type LoadShedderOptions,
  OverloadedError,
  type SheddingEvent,
} from "./shedding/load-shedder.js";
