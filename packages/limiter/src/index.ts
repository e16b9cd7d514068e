// Limits and quotas, as data
export type { Charge, Quota } from "./limits/charge.js";
export {
  capacityOf,
  type Limit,
  rateOf,
  type SlidingWindowLimit,
  type SlidingWindowOptions,
  slidingWindow,
  type TokenBucketLimit,
  type TokenBucketOptions,
  tokenBucket,
} from "./limits/limit.js";

// The limiter
export { createLimiter, type LimiterOptions } from "./limiter/create-limiter.js";
export type { Decision } from "./limiter/decision.js";
export type { AcquireOptions, Grant, Limiter, Observation, Reservation, ReserveOptions } from "./limiter/limiter.js";

// Stores
export { type MemoryStoreOptions, memoryStore } from "./memory/memory-store.js";
export { encodePart } from "./store/encode-part.js";
export { createPauseListeners, type PauseListeners } from "./store/pause-listeners.js";
export type {
  GiveBackRequest,
  ObserveRequest,
  Pause,
  Store,
  StoreCharge,
  TakeReply,
  TakeRequest,
} from "./store/store.js";
