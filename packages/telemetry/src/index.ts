// Metrics
export { metricCatalogue } from "./catalogue/catalogue.js";
export type { MetricDescription } from "./catalogue/describe.js";
export { labelCatalogue, type LabelDescription } from "./catalogue/label-values.js";
export { createMetrics, type Metrics, type MetricsOptions } from "./metrics.js";
export {
  type BreakerMetricState,
  type BreakerObserver,
  type BreakerObserverOptions,
  createBreakerObserver,
} from "./breaker-observer.js";
export type { HeldPlace, LimiterObserver, LimiterRefusal, LimiterTake, RefusalReason } from "./limiter-observer.js";
export type { MetricsRegistry } from "./families/registry.js";
export type { StoreMode } from "./families/store-mode.js";

// Metrics of policies
export type {
  DecidesLike,
  DecisionEventLike,
  DecisionLike,
  EngineLike,
  IdentityLike,
  OverrideLike,
  PolicyLike,
  ReputationLike,
} from "./policy/engine-like.js";
export { createPolicyMetrics, type PolicyMetricsObserver, type PolicyMetricsOptions } from "./policy/policy-metrics.js";

// What labels may say
export { type RequestOutcome, requestOutcomes } from "./outcome.js";
export { type RetryOutcome, retryOutcomes, type RetryReason, retryReason, retryReasons } from "./retry-reason.js";

// Traces
export type { ServerAddress } from "./tracing/attributes.js";
export { createTracing } from "./tracing/create-tracing.js";
export type {
  AttributesLike,
  ContextLike,
  LinkLike,
  OpenTelemetryLike,
  SpanContextLike,
  SpanLike,
  TracerLike,
} from "./tracing/open-telemetry.js";
export type { GrantLike, StoreCommand, StoreReplyLike, Tracing, TracingOptions } from "./tracing/tracing.js";

// Logs
export { createLogHook, type LogHook, type LogHookOptions } from "./logs/create-log-hook.js";
export { type LogEvent, logEvents, type LogFields, type LoggerLike } from "./logs/log-event.js";

// What ties spans and lines together
export { correlationId, withCorrelation } from "./correlation/correlation.js";
