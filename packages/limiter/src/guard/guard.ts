import type { Grant, Mode } from "../limiter/limiter.js";
import type { Charge } from "../limits/charge.js";
import type { StrategyChoice } from "../strategies/resolve-strategy.js";

/** What a task learns of its admission. */
export interface Admittance {
  readonly grant: Grant;
  /** Time from the question to the task's beginning. Unit: milliseconds. */
  readonly waitedMs: number;
}

/** How one run differs from the others. */
export interface GuardRunOptions {
  /** @defaultValue the guard's */
  readonly strategy?: StrategyChoice;
  /** Longest wait. Unit: milliseconds. Range: >= 0. @defaultValue 30000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** @defaultValue 0 */
  readonly priority?: number;
}

/** What became of somebody who wanted in. */
export interface GuardDecision {
  /** `shadow-refused`: it ran, and would not have. */
  readonly outcome: "allowed" | "waited" | "degraded" | "refused" | "shadow-refused";
  readonly mode: Mode;
  readonly strategy: string;
  readonly waitedMs: number;
  /** Why it was refused. */
  readonly error?: unknown;
}

/** Runs tasks when a limiter lets them, and does what its strategy says when not. */
export interface Guard {
  /**
   * Runs the task when it may. Places of concurrency limits are released when it has settled, whatever way; tokens stay spent.
   *
   * @returns what the task returns, or what the strategy answers in its place.
   * @throws what the strategy throws, the task's own error, or the signal's reason.
   */
  run<Result>(
    charges: Charge | readonly Charge[],
    task: (admittance: Admittance) => Result | Promise<Result>,
    options?: GuardRunOptions,
  ): Promise<Result>;
  /** May be set at any time. @throws ConfigError for anything but a mode. */
  mode: Mode;
}
