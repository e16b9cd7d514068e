/** Something that is to happen. */
export interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
  /** Whether promises may move when it has happened. */
  readonly settles: boolean;
  /** Neither cancelled nor taken out. */
  pending: boolean;
}

const FEWEST_SWEPT = 1024;

/** What is to happen, by time and then in the order it was added: a binary heap, so that a million events stay cheap. */
export class EventHeap {
  #events: Event[] = [];
  #order = 0;
  #cancelled = 0;

  get size(): number {
    return this.#events.length - this.#cancelled;
  }

  add(atMs: number, callback: () => void, settles: boolean): Event {
    this.#order += 1;
    const event: Event = { atMs, order: this.#order, callback, settles, pending: true };
    this.#events.push(event);
    this.#up(this.#events.length - 1);
    return event;
  }

  /** Cancelled events stay until they come up, or until they are the greater part. */
  cancel(event: Event): void {
    if (!event.pending) return;
    event.pending = false;
    this.#cancelled += 1;
    if (this.#cancelled > FEWEST_SWEPT && this.#cancelled * 2 > this.#events.length) this.#sweep();
  }

  /** The next one, which is left where it is. */
  peek(): Event | undefined {
    let first = this.#events[0];
    while (first !== undefined && !first.pending) {
      this.#removeFirst();
      this.#cancelled -= 1;
      first = this.#events[0];
    }
    return first;
  }

  /** Takes the next one out. */
  pop(): Event | undefined {
    const first = this.peek();
    if (first === undefined) return undefined;
    first.pending = false;
    this.#removeFirst();
    return first;
  }

  #removeFirst(): void {
    const last = this.#events.pop();
    if (last === undefined || this.#events.length === 0) return;
    this.#events[0] = last;
    this.#down(0);
  }

  #sweep(): void {
    this.#events = this.#events.filter(({ pending }) => pending);
    this.#cancelled = 0;
    for (let index = this.#events.length >> 1; index >= 0; index -= 1) this.#down(index);
  }

  #up(from: number): void {
    let index = from;
    const event = this.#events[index] as Event;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#events[above] as Event;
      if (!isBefore(event, parent)) break;
      this.#events[index] = parent;
      index = above;
    }
    this.#events[index] = event;
  }

  #down(from: number): void {
    let index = from;
    const event = this.#events[index];
    if (event === undefined) return;
    for (;;) {
      let below = index * 2 + 1;
      const left = this.#events[below];
      if (left === undefined) break;
      const right = this.#events[below + 1];
      if (right !== undefined && isBefore(right, left)) below += 1;
      const child = this.#events[below] as Event;
      if (!isBefore(child, event)) break;
      this.#events[index] = child;
      index = below;
    }
    this.#events[index] = event;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
