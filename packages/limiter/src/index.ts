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
export type { ModeOptions } from "./limiter/modes.js";

// Stores
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from "./memory/memory-store.js";
export { encodePart } from "./store/encode-part.js";
export { createListeners, type Listeners } from "./store/listeners.js";
export type {
  GiveBackRequest,
  ObserveRequest,
  Pause,
  Store,
  StoreCharge,
  TakeReply,
  TakeRequest,
} from "./store/store.js";
