import { afterPendingInput } from "./after-pending-input.js";

/** One wait for an answer. */
export interface Deadline {
  /** When it ends, as it stands now. Unit: milliseconds, of `performance.now`. */
  atMs(): number;
  /** The answer is there, or nobody wants it any more. */
  end(): void;
}

interface Entry {
  atMs: number;
  /** What stalls may still add. */
  spareMs: number;
  onLate: (() => void) | undefined;
}

/** A timer that is later than that shows a stall of this process. Unit: milliseconds. */
const STALL_MS = 25;

/**
 * Deadlines of one length, kept by one timer for all: they end in the order in which they began. The timer keeps the process alive only
 * while somebody waits.
 *
 * A stall of this process is not the store's. Who waits for one answer has it by then; who waits for several, one after the other, could
 * not even ask for the next meanwhile. So there is as much time again as the stall was seen to take, where that may be.
 */
export class Deadlines {
  readonly #entries: Entry[] = [];
  #head = 0;
  #open = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer should come. */
  #dueMs = Number.POSITIVE_INFINITY;

  /**
   * @param lengthMs - unit: milliseconds.
   * @param spareMs - what stalls may add to each in all. Unit: milliseconds.
   */
  constructor(
    readonly lengthMs: number,
    readonly spareMs: number,
  ) {}

  start(onLate: () => void): Deadline {
    const nowMs = performance.now();
    // Who begins now has lost nothing to a stall that is over.
    this.#makeGood(nowMs);
    const entry: Entry = { atMs: nowMs + this.lengthMs, spareMs: this.spareMs, onLate };
    this.#entries.push(entry);
    this.#open += 1;
    if (this.#timer === undefined) this.#arm(nowMs, this.lengthMs);
    else if (this.#open === 1) this.#timer.ref();
    return {
      atMs: () => {
        this.#makeGood(performance.now());
        return entry.atMs;
      },
      end: () => this.#end(entry),
    };
  }

  #end(entry: Entry): void {
    if (entry.onLate === undefined) return;
    entry.onLate = undefined;
    this.#open -= 1;
    if (this.#open === 0) this.#timer?.unref();
  }

  #arm(nowMs: number, delayMs: number): void {
    this.#dueMs = nowMs + delayMs;
    this.#timer = setTimeout(() => this.#look(), delayMs);
  }

  /** Gives the time by which the timer is late to all that are open; who began later may get more of it, so the order stays. */
  #makeGood(nowMs: number): void {
    const lateMs = nowMs - this.#dueMs;
    if (lateMs < STALL_MS || this.spareMs === 0) return;
    this.#dueMs = nowMs;
    for (let index = this.#head; index < this.#entries.length; index += 1) {
      const entry = this.#entries[index] as Entry;
      const leftMs = Math.min(lateMs, entry.spareMs);
      entry.atMs = Math.max(entry.atMs, nowMs + leftMs);
      entry.spareMs -= leftMs;
    }
  }

  #look(): void {
    const nowMs = performance.now();
    this.#makeGood(nowMs);
    const late: Entry[] = [];
    for (let entry = this.#entries[this.#head]; entry !== undefined; entry = this.#entries[this.#head]) {
      if (entry.onLate !== undefined && entry.atMs > nowMs) break;
      if (entry.onLate !== undefined) late.push(entry);
      this.#head += 1;
    }
    this.#entries.splice(0, this.#head);
    this.#head = 0;
    this.#timer = undefined;
    this.#dueMs = Number.POSITIVE_INFINITY;
    const next = this.#entries[0];
    if (next !== undefined) this.#arm(nowMs, Math.max(1, Math.ceil(next.atMs - nowMs)));
    // A stall of our own: replies that arrived meanwhile are read in the next turns, and win.
    if (late.length > 0) afterPendingInput(() => late.forEach((entry) => this.#expire(entry)));
  }

  #expire(entry: Entry): void {
    const { onLate } = entry;
    this.#end(entry);
    onLate?.();
  }
}

const ofOne = new Map<number, Deadlines>();
const ofSeveral = new Map<number, Deadlines>();

/**
 * The deadlines of this length, for all in this process who wait for one answer, or for all who wait for several one after the other: those
 * may last the length once more for stalls.
 */
export function deadlinesOf(lengthMs: number, answers: "one" | "several" = "one"): Deadlines {
  const byLength = answers === "one" ? ofOne : ofSeveral;
  let deadlines = byLength.get(lengthMs);
  if (deadlines === undefined) {
    deadlines = new Deadlines(lengthMs, answers === "one" ? 0 : lengthMs);
    byLength.set(lengthMs, deadlines);
  }
  return deadlines;
}
