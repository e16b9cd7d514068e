import type { Unit, Waiter } from "./waiter.js";

/** Sums of milliseconds may miss by a last bit; no timer is set for that. Unit: milliseconds. */
export const ROUNDING_MS = 1e-6;

/** A unit whose time has come, and whose it is. */
export interface Due {
  readonly unit: Unit;
  readonly holder: Waiter;
}

/** Booked units in order of time, and who gets each. A unit belongs to no one for good: holders move up when one of them leaves. */
export class BookedUnits {
  readonly #units: Unit[] = [];
  readonly #holders: Waiter[] = [];

  get size(): number {
    return this.#units.length;
  }

  get first(): Unit | undefined {
    return this.#units[0];
  }

  get last(): Unit | undefined {
    return this.#units.at(-1);
  }

  add(unit: Unit, holder: Waiter): void {
    this.#units.push(unit);
    this.#holders.push(holder);
  }

  /** Those behind move up; returns the last unit, which is nobody's then, or undefined for one who holds none. */
  leave(holder: Waiter): Unit | undefined {
    const place = this.#holders.indexOf(holder);
    if (place === -1) return undefined;
    this.#holders.splice(place, 1);
    return this.#units.pop();
  }

  /** Puts a newcomer in front of the first of those it goes before; returns the last of them, who holds none any more. */
  overtake(waiter: Waiter, goesBefore: (holder: Waiter) => boolean): Waiter | undefined {
    const place = this.#holders.findIndex(goesBefore);
    if (place === -1) return undefined;
    const [put] = this.#holders.splice(this.#holders.findLastIndex(goesBefore), 1);
    this.#holders.splice(place, 0, waiter);
    return put;
  }

  /** Takes out what is due. */
  takeDue(nowMs: number): Due[] {
    let count = 0;
    while (count < this.#units.length && (this.#units[count] as Unit).dueMs <= nowMs + ROUNDING_MS) count += 1;
    if (count === 0) return [];
    const holders = this.#holders.splice(0, count);
    return this.#units.splice(0, count).map((unit, index) => ({ unit, holder: holders[index] as Waiter }));
  }

  /** Takes out everything. */
  clear(): { readonly units: readonly Unit[]; readonly holders: readonly Waiter[] } {
    return { units: this.#units.splice(0), holders: this.#holders.splice(0) };
  }
}
