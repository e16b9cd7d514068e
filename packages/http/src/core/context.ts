import type { Identity, PolicyDecision } from "@sluice/policy";

/** What was decided about a request, for those who answer it. */
export interface RateLimitContext {
  /** A policy of strategy `degrade` refused, and the request goes on all the same: answer it the cheap way. */
  readonly degraded: boolean;
  readonly decision: PolicyDecision;
  /** As whom it was counted. */
  readonly identity: Identity;
}

const contexts = new WeakMap<object, RateLimitContext>();

/** Ties what was decided to a request, for `rateLimitOf`. */
export function remember(request: object, context: RateLimitContext): void {
  contexts.set(request, context);
}

/** What was decided last about a request of the framework's; undefined before, and where nothing was asked. */
export function rateLimitOf(request: object): RateLimitContext | undefined {
  return contexts.get(request);
}
