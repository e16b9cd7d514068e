import {
  anObject,
  type Call,
  classifyConnectionError,
  type Hook,
  isSluiceError,
  readReply,
  type Settled,
  type Stage,
} from "@sluice/core";
import type { Breaker } from "./breaker.js";
import type { Breakers } from "./breakers.js";
import { optionalFunction } from "./options.js";
import { isTimeout } from "./outcome.js";

/** How a breaker goes into the hook chain. */
export interface BreakerHookOptions {
  /** @defaultValue `"breaker"` */
  readonly name?: string;
  /** `attempt`: each HTTP request counts. `call`: the outcome after all retries counts. @defaultValue `"attempt"` */
  readonly stage?: Stage;
  /**
   * What an ended attempt says about the provider: `true` it failed, `false` it works, `undefined` nothing.
   *
   * @defaultValue {@link providerFailed}
   */
  readonly isFailure?: (settled: Settled, call: Call) => boolean | undefined;
}

/**
 * The hook that stops attempts while the breaker is not closed: they fail with a CircuitOpenError, which is not retried. It belongs
 * outside the rate limit, so that what is refused takes no tokens. A time that ran out before anything was sent says nothing
 * about the provider.
 *
 * @throws ConfigError when an option is out of range.
 */
export function breakerHook(breaker: Breaker | Breakers, options: BreakerHookOptions = {}): Hook {
  anObject("options", options);
  const isFailure = optionalFunction("isFailure", options.isFailure) ?? providerFailed;
  return {
    name: options.name ?? "breaker",
    stage: options.stage ?? "attempt",
    wrap: (next, call) =>
      ("of" in breaker ? breaker.of(call) : breaker).run(() => next(call), {
        signal: call.signal,
        isFailure: (settled) =>
          !settled.ok && isTimeout(settled.error) && !call.progress.sent ? undefined : isFailure(settled, call),
      }),
  };
}

/**
 * The default rule for HTTP: 5xx, timeouts and failed connections are failures. 429 says nothing, since a limiter answers throttling and
 * an open breaker would turn it into an outage. Any other answer shows that the provider works. Errors that are none of these say
 * nothing: a hook further in may have thrown them.
 */
export function providerFailed(settled: Settled): boolean | undefined {
  const { status } = readReply(settled.ok ? settled.result : settled.error);
  if (status !== undefined) return status === 429 ? undefined : status >= 500;
  if (settled.ok) return false;
  if (isTimeout(settled.error)) return true;
  if (isSluiceError(settled.error)) return undefined;
  return classifyConnectionError(settled.error).kind === "failed" ? true : undefined;
}
