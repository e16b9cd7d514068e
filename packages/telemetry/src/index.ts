// Metrics
export { createMetrics, type Metrics, type MetricsOptions } from "./metrics.js";
export {
  type BreakerMetricState,
  type BreakerObserver,
  type BreakerObserverOptions,
  createBreakerObserver,
} from "./breaker-observer.js";
export type { LimiterObserver, LimiterTake, RefusalReason } from "./limiter-observer.js";
export type { MetricsRegistry } from "./families/registry.js";
export type { StoreMode } from "./families/store-mode.js";

// What labels may say
export { type RequestOutcome, requestOutcomes } from "./outcome.js";
export { type RetryReason, retryReason, retryReasons } from "./retry-reason.js";
