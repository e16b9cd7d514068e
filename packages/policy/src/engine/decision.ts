import type { Mode, StandingSight } from "@sluice/limiter";
import type { Override } from "../overrides/override.js";
import type { Identity, PolicyStrategy, Scope } from "../policies/policy.js";

/** The window of a policy that decided. */
export interface DecidedWindow {
  readonly limit: number;
  /** Unit: milliseconds. */
  readonly windowMs: number;
  /** Tokens above the limit that may be spent at once. */
  readonly burst: number;
}

/** What an identity's conduct is worth. */
export interface Reputation extends StandingSight {
  /** 100 for the best, 0 from the last threshold of violations on. */
  readonly score: number;
}

/** Whether a request may go on, and what decided it. */
export interface PolicyDecision {
  /** False only when a policy that is enforced refused. */
  readonly allowed: boolean;
  /** The policy that refused, else the one with the fewest tokens left; undefined when none applied. */
  readonly policy: string | undefined;
  readonly scope: Scope | undefined;
  readonly window: DecidedWindow | undefined;
  /** Tokens of that window; `Infinity` when no policy applied. */
  readonly limit: number;
  /** Whole tokens left in it. */
  readonly remaining: number;
  /** When it would be worth asking again; 0 when allowed, `Infinity` when the cost is above the limit. Unit: milliseconds. */
  readonly retryAfterMs: number;
  /** Until every window asked about is whole again, if nobody takes more. Unit: milliseconds. */
  readonly resetAfterMs: number;
  /** What the side that answers does with a refusal. */
  readonly strategy: PolicyStrategy;
  /** Of whom the deciding policy counts, where it heeds conduct. */
  readonly reputation: Reputation | undefined;
  /** The override that changed what applies. */
  readonly override: Override | undefined;
  /** What held for the engine as a whole when this was decided. */
  readonly mode: Mode;
  /** All policies that were asked, enforced ones first. */
  readonly policies: readonly string[];
  /** Policies in shadow that would have refused. */
  readonly shadowed: readonly string[];
  /** Unit: milliseconds. 0 from `check`. */
  readonly waitedMs: number;
  /** Gives the tokens back, for requests that shall not count; the second time does nothing. */
  refund(): Promise<void>;
}

/** How to ask. */
export interface CheckOptions {
  /** Only these policies, by name, all of which must hold. @defaultValue those that apply to the identity */
  readonly policy?: string | readonly string[] | undefined;
  /** Tokens, times the policy's own cost. Range: whole numbers 0 to 1e6; 0 looks and takes nothing. @defaultValue 1 */
  readonly cost?: number | undefined;
}

/** How to wait. */
export interface AcquireOptions extends CheckOptions {
  /** Longest wait. Unit: milliseconds. Range: >= 0. @defaultValue 30000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Higher goes first among the waiters of this process. Range: -1e6 to 1e6. @defaultValue 0 */
  readonly priority?: number;
}

/** A decision that was made, for metrics and logs. */
export interface DecisionEvent {
  readonly decision: PolicyDecision;
  readonly identity: Identity;
}
