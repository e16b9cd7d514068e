// Options every factory shares
export type { ApiOptions, Environment, Mode, RedisSettings } from "./options/api-options.js";
export type { Logger } from "./options/logger.js";
export { type ResolvedOptions, resolveOptions } from "./options/resolve-options.js";

// The assembly
export { assemble, assemblePlain, type Assembly, type PlainOptions, type VendorParts } from "./assembly/assemble.js";
export type { AttemptEnd, Feedback, FeedbackRule } from "./rate-limit/feedback.js";
export { rateLimitHook, type RateLimitOptions } from "./rate-limit/rate-limit-hook.js";

// Limits, to be asked
export type { ApiInspectOptions, ApiLimits, LimitsSight } from "./limits/api-limits.js";
export type { ExplainedLimit, Explanation, LimitSource, SetBy } from "./limits/explanation.js";
export { findName } from "./limits/find-name.js";
export { plainLimits, type PlainLimits } from "./limits/plain-limits.js";
export { setBy, tierSetBy } from "./limits/set-by.js";
export { sourceOf } from "./limits/sources.js";
export type { ChargeNotes, VendorLimits } from "./limits/vendor-limits.js";
export type { WaitingCall } from "./limits/waiting-calls.js";

// Tokens that the fleet gets once
export type { SharedTokens, TokenRefresh } from "./tokens/shared-tokens.js";

// Any API behind fetch
export { createFetchApi, type FetchApi, type FetchApiOptions } from "./fetch/create-fetch-api.js";
export { httpFeedback } from "./fetch/http-feedback.js";
