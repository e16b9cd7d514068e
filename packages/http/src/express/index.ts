export { concurrencyLimit, type ExpressHandler, loadShedding, rateLimit } from "./middleware.js";
export { type RateLimitContext, rateLimitOf } from "../core/context.js";
export type { ConcurrencyControls, RateLimitControls, SheddingControls } from "../core/handlers.js";
export type { ConcurrencyLimitOptions } from "../core/concurrency-gate.js";
export type { RateLimitOptions } from "../core/rate-limit-options.js";
export type { LoadSheddingOptions } from "../core/shedding-gate.js";
