import type { Identity, PolicyDecision } from "@sluice/policy";

/** What was decided about a request, for those who answer it. */
export interface RateLimitContext {
  /** A policy of strategy `degrade` refused, and the request goes on all the same: answer it the cheap way. */
  readonly degraded: boolean;
  readonly decision: PolicyDecision;
  /** As whom it was counted. */
  readonly identity: Identity;
}

/** Known to all copies of this package. A field of the request costs a tenth of what a table of requests does. */
const context = Symbol.for("@sluice/http/context");

interface Decided {
  [context]?: RateLimitContext;
}

/** Ties what was decided to a request, for `rateLimitOf`. */
export function remember(request: Decided, decided: RateLimitContext): void {
  request[context] = decided;
}

/** What was decided last about a request of the framework's; undefined before, and where nothing was asked. */
export function rateLimitOf(request: object): RateLimitContext | undefined {
  return (request as Decided)[context];
}
