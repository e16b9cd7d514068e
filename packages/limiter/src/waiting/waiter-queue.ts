import { MOST_UNITS } from "./timing.js";
import type { Waiter } from "./waiter.js";

/** One unit in so many goes to whoever has waited longest, whatever the priorities. */
const OLDEST_EVERY = 8;
/** Waiters that were served and are still in their list. Few: each holds on to its grant, and there is a queue for every bucket. */
const MOST_SERVED = 16;

/** A waiter, and how many surely go before. */
export interface Placed {
  readonly waiter: Waiter;
  readonly position: number;
}

/**
 * Waiters without a unit: higher priority first, then first come, first served. So that nobody starves behind an endless row of higher
 * ones, every eighth unit goes to the longest waiter.
 */
export class WaiterQueue {
  /** By priority, highest first; each list in order of arrival. */
  readonly #lists: Equals[] = [];
  /** Whose turn has come by age. */
  readonly #turns = new WeakSet<Waiter>();
  #size = 0;
  #served = 0;

  get size(): number {
    return this.#size;
  }

  /** When the first of the highest came; infinitely long ago when nobody waits. On the limiter's clock, in milliseconds. */
  get firstSinceMs(): number {
    const list = this.#highest();
    return list?.waiters[list.head]?.sinceMs ?? Number.NEGATIVE_INFINITY;
  }

  /** How long the most patient of those who may be served next can wait. Unit: milliseconds. */
  longestPatienceMs(nowMs: number): number {
    let longestMs = 0;
    let seen = 0;
    for (const { deadlineMs } of this) {
      longestMs = Math.max(longestMs, deadlineMs - nowMs);
      if ((seen += 1) >= MOST_UNITS || longestMs === Number.POSITIVE_INFINITY) break;
    }
    return longestMs;
  }

  push(waiter: Waiter): void {
    this.#listOf(waiter.priority).waiters.push(waiter);
    this.#size += 1;
  }

  /** Puts one back that had been taken out, ahead of its equals. */
  unshift(waiter: Waiter): void {
    const list = this.#listOf(waiter.priority);
    if (list.head > 0) list.waiters[(list.head -= 1)] = waiter;
    else list.waiters.unshift(waiter);
    this.#size += 1;
  }

  shift(): Waiter | undefined {
    if (this.#size === 0) return undefined;
    this.#served += 1;
    const byAge = this.#served % OLDEST_EVERY === 0;
    const list = byAge ? this.#oldest() : this.#highest();
    const waiter = list?.waiters[list.head];
    if (list === undefined || waiter === undefined) return undefined;
    if (byAge) this.#turns.add(waiter);
    this.#dropFirst(list);
    return waiter;
  }

  /** Whether this one got its turn by age, which no priority takes away. */
  hasTurn(waiter: Waiter): boolean {
    return this.#turns.has(waiter);
  }

  /** Takes out one who leaves early. */
  remove(waiter: Waiter): void {
    const list = this.#listOf(waiter.priority);
    const index = list.waiters.indexOf(waiter, list.head);
    if (index === -1) return;
    // All who share a signal leave in the order in which they came; none of them moves all others up.
    if (index === list.head) {
      this.#dropFirst(list);
      return;
    }
    list.waiters.splice(index, 1);
    this.#size -= 1;
  }

  /** How many surely go before a newcomer of this priority: all that are no lower, since they are older too. */
  ahead(priority: number): number {
    let count = 0;
    for (const list of this.#lists) if (list.priority >= priority) count += list.waiters.length - list.head;
    return count;
  }

  /**
   * Takes out all who are too late, asked with how many surely go before: those who came earlier, are no lower, and stay.
   */
  removeLate(isLate: (waiter: Waiter, position: number) => boolean): Placed[] {
    const late: Placed[] = [];
    const higher: Waiter[][] = [];
    for (const list of this.#lists) {
      const staying: Waiter[] = [];
      const olderIn = higher.map(() => 0);
      for (let index = list.head; index < list.waiters.length; index += 1) {
        const waiter = list.waiters[index] as Waiter;
        let position = staying.length;
        for (const [which, waiters] of higher.entries()) {
          let older = olderIn[which] ?? 0;
          while (older < waiters.length && (waiters[older] as Waiter).sinceMs <= waiter.sinceMs) older += 1;
          olderIn[which] = older;
          position += older;
        }
        if (isLate(waiter, position)) late.push({ waiter, position });
        else staying.push(waiter);
      }
      higher.push(staying);
      if (staying.length === list.waiters.length - list.head) continue;
      this.#size -= list.waiters.length - list.head - staying.length;
      list.waiters = staying;
      list.head = 0;
    }
    return late;
  }

  /** By priority, then in order of arrival. */
  *[Symbol.iterator](): Iterator<Waiter> {
    for (const list of this.#lists)
      for (let index = list.head; index < list.waiters.length; index += 1) yield list.waiters[index] as Waiter;
  }

  #dropFirst(list: Equals): void {
    list.head += 1;
    this.#size -= 1;
    if (list.head <= MOST_SERVED || list.head * 2 <= list.waiters.length) return;
    list.waiters = list.waiters.slice(list.head);
    list.head = 0;
  }

  #highest(): Equals | undefined {
    return this.#lists.find(({ waiters, head }) => head < waiters.length);
  }

  #oldest(): Equals | undefined {
    let oldest: Equals | undefined;
    let sinceMs = Number.POSITIVE_INFINITY;
    for (const list of this.#lists) {
      const waiter = list.waiters[list.head];
      if (waiter === undefined || waiter.sinceMs >= sinceMs) continue;
      oldest = list;
      sinceMs = waiter.sinceMs;
    }
    return oldest;
  }

  #listOf(priority: number): Equals {
    let index = 0;
    while (index < this.#lists.length && (this.#lists[index] as { priority: number }).priority > priority) index += 1;
    const found = this.#lists[index];
    if (found?.priority === priority) return found;
    const list: Equals = { priority, waiters: [], head: 0 };
    this.#lists.splice(index, 0, list);
    return list;
  }
}

/** Waiters of one priority, in order of arrival from `head` on. */
interface Equals {
  readonly priority: number;
  waiters: Waiter[];
  head: number;
}
