import type { Clock, HookChain } from "@sluice/core";
import type { ApiLimits, Mode } from "@sluice/kit";
import type { ThrottleBodies } from "../transport/throttled-bodies.js";

/** What a client is given beside what the SDK makes of it. Not for users: it goes by a symbol where it crosses a constructor. */
export interface ClientParts {
  /** Whose quota the calls use; the region comes to it. */
  readonly account: string;
  readonly chain: HookChain;
  readonly timeoutMs: number;
  /** Whether the SDK repeats failed requests by itself. */
  readonly sdkRetries: boolean;
  /** Whether the SDK's `maxAttempts` was set by somebody and is to be kept. */
  readonly keepsMaxAttempts: boolean;
  readonly throttle: ThrottleBodies | undefined;
  /** Credentials that were given as they are; they must not show in an error. */
  readonly secrets: readonly string[];
  readonly mode: { readonly get: () => Mode; readonly set: (mode: Mode) => void };
  /** Told which service the client is of. */
  readonly limits: (service: string) => ApiLimits;
  readonly close: () => Promise<void>;
  readonly clock?: Clock | undefined;
}

export const clientParts: unique symbol = Symbol("aws.clientParts");
