// Requests and answers, whatever the framework
export type { Content } from "./core/content.js";
export { type RateLimitContext, rateLimitOf } from "./core/context.js";
export type { GeoCacheOptions, GeoLookup } from "./core/geo.js";
export type { ConcurrencyControls, RateLimitControls, SheddingControls } from "./core/handlers.js";
export type { Identified, IdentifyOptions, SeenRequest } from "./core/identify.js";
export { problemOfError } from "./core/problem-of-error.js";
export type { Problem, ProblemWindow, RateLimitProblem } from "./core/problem.js";
export type { HeaderChoice, LegacyReset } from "./core/rate-limit-headers.js";

// Options
export type { ConcurrencyLimitOptions } from "./core/concurrency-gate.js";
export type { OwnEngineOptions, RateLimitOptions, RouteLimitOptions } from "./core/rate-limit-options.js";
export type { LoadSheddingOptions } from "./core/shedding-gate.js";

// Addresses behind proxies
export type { ForwardedChoice } from "./core/client-ip.js";
export type { ForwardedHeader } from "./core/forwarded.js";
export type { TrustProxy } from "./core/trust.js";

// For a framework of one's own
export { createConcurrencyGate, type ConcurrencyGate } from "./core/concurrency-gate.js";
export { createRateLimitGate, type RateLimitGate } from "./core/rate-limit-gate.js";
export type { Answer, AnswerHeaders, Gate, OnPassage, Passage, RequestEnd, RequestView } from "./core/request-view.js";
export { createSheddingGate, type SheddingGate } from "./core/shedding-gate.js";
