import type { Bound } from "@sluice/test/fleet";

/**
 * A limiter to be measured, ours or another. Each way of use is there only where the library has it. A library that counts in windows
 * cannot say `burst` and `refillRate` apart; it gets a window of the same mean rate, see `windowOf`.
 */
export interface Peer {
  readonly name: string;
  /** Decides within this process. */
  memory?(bound: Bound): Decider;
  /** Decides for all processes that name the same place. */
  redis?(place: Place, bound: Bound): Decider | Promise<Decider>;
  /** Waits for tokens shared by all processes that name the same place. */
  waiting?(place: Place, bound: Bound): Waiter | Promise<Waiter>;
}

/** Where a limit is shared. */
export interface Place {
  readonly url: string;
  /** Of the bucket. */
  readonly bucket: string;
  /** How many processes there are, for those that can only split a limit among them. */
  readonly processes: number;
}

/** Says yes or no. */
export interface Decider {
  decide(key: string): boolean | Promise<boolean>;
  /** Most keys that can be asked for in reasonable time and memory. @defaultValue no bound */
  readonly mostKeys?: number;
  /** Most questions at once in a process that are answered in reasonable time. @defaultValue no bound */
  readonly mostInFlight?: number;
  /** Whether it waits instead of saying no. @defaultValue `false` */
  readonly onlyWaits?: boolean;
  close(): void | Promise<void>;
}

/** Waits for one token at a time. */
export interface Waiter {
  /** Connects, where that would only happen with the first wait. */
  ready?(): Promise<unknown>;
  wait(): Promise<Ticket>;
  close(): void | Promise<void>;
}

/** A token that was waited for. */
export interface Ticket {
  /** When it was taken by the shared store's clock, where the library tells. Unit: microseconds. */
  readonly atUs?: number;
  /** Tells the library what the provider said; absent where it does not want to know. */
  answered?(answer: { readonly refused: boolean; readonly retryAfterMs: number }): Promise<void>;
}

/** The window of at least so long that has the bound's mean rate, and the burst where there is room for it. */
export function windowOf(
  { refillRate, burst }: Bound,
  leastMs = 1,
): { readonly limit: number; readonly windowMs: number } {
  const windowMs = Math.max(leastMs, Math.round((burst / refillRate) * 1000));
  return { limit: Math.max(1, Math.floor((refillRate * windowMs) / 1000)), windowMs };
}
