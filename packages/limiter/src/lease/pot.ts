import type { TokenBucketLimit } from "../limits/token-bucket.js";
import type { TakeReply } from "../store/store.js";
import type { LeaseConfig } from "./options.js";

/** How long the store holds the place of what was drawn, unless it hears of the holder again. Unit: milliseconds. */
const LEASE_MS = 1_000;
/** How far ahead tokens of a scarce limit are booked, so that everybody gets a turn. Unit: milliseconds. */
export const BOOKED_MS = 400;
/** After which the holder asks again, and after which it no longer trusts in its lease. Unit: milliseconds. */
export const RENEW_MS = 500;
const TRUST_MS = 900;

/** What somebody who has come twice is taken to spend, in no less time than this. Unit: milliseconds. */
const VISITS = 2;
const LEAST_APART_MS = 10;
/** Whoever leaves so many times what he draws to the others takes nothing from them. */
const PLENTY = 32;
/** Where even so many times as much would leave them plenty, everything lasts so many times as long. */
const LONGER = 10;

/** Whether somebody who came that long ago, and is here again, would hardly be noticed by a limit, were he always here. */
export function hardlyNoticed({ refillRate }: TokenBucketLimit, apartMs: number, peers: number): boolean {
  return (VISITS / apartMs) * PLENTY * LONGER * peers < refillRate / 1000;
}

/** Tokens of one bucket that this process has drawn and not spent yet. */
export class Pot {
  tokens = 0;
  /** Whether a draw is under way. */
  drawing = false;
  /** When the store has tokens again, as it last said. On the limiter's clock, in milliseconds. */
  nextMs = Number.NEGATIVE_INFINITY;
  /** When somebody last wanted tokens. On the limiter's clock, in milliseconds. */
  usedMs: number;
  /** Instant of the last draw on the store's clock, in microseconds. */
  atUs = 0;
  /** How many times as long the lease in hand lasts, and the one that is being drawn. */
  #stretch = 1;
  #nextStretch = 1;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #size = 1;
  #spent = 0;
  /** Of a token that was given back in parts, less than one. */
  #part = 0;
  #remaining: number;
  /** Tokens booked for an instant that is still to come. */
  #coming: { readonly tokens: number; readonly dueMs: number; readonly atUs: number } | undefined;

  /** @param sinceMs - when somebody came first who is here again now; now for who is new. */
  constructor(
    readonly limit: TokenBucketLimit,
    readonly config: LeaseConfig,
    nowMs: number,
    sinceMs: number,
  ) {
    this.usedMs = nowMs;
    if (sinceMs < nowMs) {
      this.#drawnMs = Math.min(sinceMs, nowMs - LEAST_APART_MS);
      this.#spent = VISITS;
    }
    this.#remaining = limit.burst;
  }

  /** Spends tokens; false when there are too few. */
  spend(cost: number, nowMs: number): boolean {
    this.usedMs = nowMs;
    this.#receive(nowMs);
    if (this.tokens < cost) return false;
    // A stall of our own, or a store that is away: the lease may have ended, and others have the tokens.
    if (nowMs - this.#drawnMs > TRUST_MS * this.#stretch) {
      this.tokens = 0;
      return false;
    }
    this.tokens -= cost;
    this.#spent += cost;
    return true;
  }

  /** Takes back what was spent so long ago, but what has refilled since: that is there already, as in the bucket itself. */
  unspend(cost: number, agoMs: number): void {
    this.#part += Math.max(0, cost - (this.limit.refillRate * agoMs) / 1000);
    const whole = Math.floor(this.#part);
    this.#part -= whole;
    this.tokens += whole;
    this.#spent -= whole;
  }

  /** Whether the lease has to be renewed. */
  old(nowMs: number): boolean {
    return this.tokens > 0 && nowMs - this.#drawnMs > RENEW_MS * this.#stretch;
  }

  /** After so long without a decision, what is left goes back. Unit: milliseconds. */
  get idleMs(): number {
    return this.config.idleMs * this.#stretch;
  }

  /** How long the store is to hold what is drawn now. Unit: milliseconds. */
  get leaseMs(): number {
    return LEASE_MS * this.#nextStretch;
  }

  /** Whether tokens are booked that are not due yet. */
  get expecting(): boolean {
    return this.#coming !== undefined;
  }

  /** When the next tokens can be there. On the limiter's clock, in milliseconds. */
  get hopedMs(): number {
    return this.#coming?.dueMs ?? this.nextMs;
  }

  /** Whether it is time to draw again, so that the next lease is there before this one is spent. */
  get low(): boolean {
    return this.tokens * 2 < this.#size;
  }

  /**
   * How many tokens to draw for a process that is one of so many, when somebody wants `cost`.
   *
   * @param leastMs - how long they should last; longer where there are plenty.
   */
  wanted(cost: number, peers: number, nowMs: number, leastMs: number): number {
    const elapsedMs = Math.max(1, nowMs - this.#drawnMs);
    const perMs = this.#spent / elapsedMs;
    const parts = (perMs * RENEW_MS * PLENTY * peers) / this.#remaining;
    this.#nextStretch = parts * LONGER < 1 ? LONGER : 1;
    const aheadMs = parts < 1 ? Math.max(leastMs, RENEW_MS * this.#nextStretch) : leastMs;
    const usual = perMs * aheadMs;
    // A lease that did not last is doubled; one that is hardly touched shrinks to what is used.
    this.#size = Math.max(usual, elapsedMs < aheadMs && this.#spent > 0 ? this.#size * 2 : 1);
    const scarce = Math.max((this.limit.refillRate * this.config.aheadMs) / 1000, this.#remaining) / peers;
    const most = Math.min(this.config.maxTokens, scarce, this.limit.burst / (2 * peers));
    this.#size = Math.ceil(Math.max(1, Math.min(this.#size, most)));
    return Math.min(this.limit.burst, Math.max(cost, this.#size - this.tokens));
  }

  /** Tokens have come or are booked, or there are none to be had soon. */
  drawn({ nowUs, nextUs, remaining, slots }: TakeReply, nowMs: number): void {
    this.drawing = false;
    this.#drawnMs = nowMs;
    this.#stretch = this.#nextStretch;
    this.#spent = 0;
    this.nextMs = nowMs + Math.max(0, (nextUs - nowUs) / 1000 - BOOKED_MS);
    this.#remaining = remaining;
    for (const { atUs, units } of slots) {
      if (atUs > nowUs) {
        this.#coming = { tokens: units, dueMs: nowMs + (atUs - nowUs) / 1000, atUs };
        continue;
      }
      this.tokens += units;
      this.atUs = atUs;
    }
  }

  /** Takes out what was not spent, to be given back: tokens in hand, and those that are not due yet. */
  empty(nowMs: number): {
    readonly tokens: number;
    readonly coming: { readonly tokens: number; readonly atUs: number } | undefined;
  } {
    this.#receive(nowMs);
    const left = { tokens: this.tokens, coming: this.#coming };
    this.tokens = 0;
    this.#coming = undefined;
    return left;
  }

  #receive(nowMs: number): void {
    if (this.#coming === undefined || this.#coming.dueMs > nowMs) return;
    this.tokens += this.#coming.tokens;
    this.#coming = undefined;
  }
}
