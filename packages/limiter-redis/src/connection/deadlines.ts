/** One wait for an answer. */
export interface Deadline {
  /** The answer is there, or nobody wants it any more. */
  end(): void;
}

interface Entry extends Deadline {
  readonly atMs: number;
  onLate: (() => void) | undefined;
}

/**
 * Deadlines of one length, kept by one timer for all: they end in the order in which they began. The timer keeps the process alive only
 * while somebody waits.
 */
export class Deadlines {
  readonly #entries: Entry[] = [];
  #head = 0;
  #open = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param lengthMs - unit: milliseconds. */
  constructor(readonly lengthMs: number) {}

  start(onLate: () => void): Deadline {
    const entry: Entry = {
      atMs: performance.now() + this.lengthMs,
      onLate,
      end: () => {
        if (entry.onLate === undefined) return;
        entry.onLate = undefined;
        this.#open -= 1;
        if (this.#open === 0) this.#timer?.unref();
      },
    };
    this.#entries.push(entry);
    this.#open += 1;
    if (this.#timer === undefined) this.#arm(this.lengthMs);
    else if (this.#open === 1) this.#timer.ref();
    return entry;
  }

  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => this.#look(), delayMs);
  }

  #look(): void {
    const nowMs = performance.now();
    const late: Entry[] = [];
    for (let entry = this.#entries[this.#head]; entry !== undefined; entry = this.#entries[this.#head]) {
      if (entry.onLate !== undefined && entry.atMs > nowMs) break;
      if (entry.onLate !== undefined) late.push(entry);
      this.#head += 1;
    }
    this.#entries.splice(0, this.#head);
    this.#head = 0;
    this.#timer = undefined;
    const next = this.#entries[0];
    if (next !== undefined) this.#arm(Math.max(1, Math.ceil(next.atMs - nowMs)));
    // A stall of our own: replies that arrived meanwhile are read in the next turns, and win.
    if (late.length > 0) setImmediate(() => setImmediate(() => late.forEach(expire)));
  }
}

function expire(entry: Entry): void {
  const { onLate } = entry;
  entry.end();
  onLate?.();
}

const byLength = new Map<number, Deadlines>();

/** The deadlines of this length, one for the whole process. */
export function deadlinesOf(lengthMs: number): Deadlines {
  let deadlines = byLength.get(lengthMs);
  if (deadlines === undefined) {
    deadlines = new Deadlines(lengthMs);
    byLength.set(lengthMs, deadlines);
  }
  return deadlines;
}
