import type { Clock, Timer } from "@sluice/core";
import type { Unit, Waiter } from "./waiter.js";

/** Somebody who comes back so soon after a grant is one caller at a time. Unit: milliseconds. */
const SOON_AGAIN_MS = 100;
/** Grants in a row after which such a caller is believed to come again. */
const BELIEVED_AFTER = 2;
/** How long a unit that is due is kept for a caller who does not come. Unit: milliseconds. */
const KEPT_MS = 25;

/**
 * One unit booked ahead for a caller who asks again and again, one at a time: it halves the questions to the store. Given back when the
 * caller stays away.
 */
export class Spare {
  #unit: Unit | undefined;
  #timer: Timer | undefined;
  #row = 0;
  #grantedMs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly clock: Clock,
    readonly giveBack: (unit: Unit) => void,
  ) {}

  get empty(): boolean {
    return this.#unit === undefined;
  }

  /** How many units to ask for beyond what is waited for. */
  get wanted(): number {
    return this.#row >= BELIEVED_AFTER && this.#unit === undefined ? 1 : 0;
  }

  /** Somebody came to an empty queue: the unit that is kept, if it is due in time. */
  take(waiter: Waiter): Unit | undefined {
    this.#row = this.clock.now() - this.#grantedMs <= SOON_AGAIN_MS ? this.#row + 1 : 0;
    const unit = this.#unit;
    if (unit === undefined || unit.dueMs > waiter.deadlineMs) return undefined;
    this.#forget();
    return unit;
  }

  /** The last one waiting was granted. */
  granted(nowMs: number): void {
    this.#grantedMs = nowMs;
  }

  /** Keeps the first of these and takes it out of the list. */
  keep(surplus: Unit[]): void {
    if (this.#unit !== undefined || this.#row < BELIEVED_AFTER) return;
    const unit = surplus.shift();
    if (unit === undefined) return;
    this.#unit = unit;
    this.#timer = this.clock.setTimer(() => this.drop(), Math.max(0, unit.dueMs - this.clock.now()) + KEPT_MS);
    this.#timer.unref();
  }

  /** Nobody came, or nobody may. */
  drop(): void {
    const unit = this.#unit;
    this.#forget();
    this.#row = 0;
    if (unit !== undefined) this.giveBack(unit);
  }

  #forget(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#unit = undefined;
  }
}
