import { anObject, type Call, type Hook, type Stage } from "@sluice/core";
import { encodePart } from "../store/encode-part.js";
import type { FailureBackoff } from "./failure-backoff.js";

/** How failure backoff goes into the hook chain. */
export interface FailureBackoffHookOptions {
  readonly backoff: FailureBackoff;
  /** What is left alone after a failure: the operation, the account, a resource. @defaultValue provider, account and operation */
  readonly key?: (call: Call) => string;
  /** @defaultValue `"failure-backoff"` */
  readonly name?: string;
  /** `call`: what failed with all its retries is left alone. @defaultValue `"call"` */
  readonly stage?: Stage;
}

/** The hook that does not try again, for a while, what has just failed. */
export function failureBackoffHook(options: FailureBackoffHookOptions): Hook {
  const { backoff, key, name = "failure-backoff", stage = "call" } = anObject("options", options, "{ backoff, ... }");
  const keyOf =
    key ??
    (({ provider, account, operation }: Call): string => `${encodePart(provider)} ${encodePart(account)} ${operation}`);
  return {
    name,
    stage,
    wrap: (next, call) => backoff.run(keyOf(call), () => next(call), { signal: call.signal }),
  };
}
