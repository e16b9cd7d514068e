export {
  concurrencyLimit,
  type FastifyHookOptions,
  type FastifyRateLimitOptions,
  loadShedding,
  rateLimit,
  type RouteRateLimit,
} from "./plugin.js";
export { type RateLimitContext, rateLimitOf } from "../core/context.js";
export type { ConcurrencyControls, RateLimitControls, SheddingControls } from "../core/handlers.js";
export type { ConcurrencyLimitOptions } from "../core/concurrency-gate.js";
export type { OwnEngineOptions, RateLimitOptions, RouteLimitOptions } from "../core/rate-limit-options.js";
export type { LoadSheddingOptions } from "../core/shedding-gate.js";
export type { Content } from "../core/content.js";
export type { Identified, IdentifyOptions, SeenRequest } from "../core/identify.js";
export type { Problem, ProblemWindow, RateLimitProblem } from "../core/problem.js";
export type { HeaderChoice, LegacyReset } from "../core/rate-limit-headers.js";
export type { GeoCacheOptions, GeoLookup } from "../core/geo.js";
export type { ForwardedChoice } from "../core/client-ip.js";
export type { ForwardedHeader } from "../core/forwarded.js";
export type { TrustProxy } from "../core/trust.js";
