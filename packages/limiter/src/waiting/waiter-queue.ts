import type { Waiter } from "./waiter.js";

/** Waiters without a unit: higher priority first, then first come, first served. */
export class WaiterQueue {
  /** By priority, highest first; each list in order of arrival. */
  readonly #lists: { readonly priority: number; waiters: Waiter[]; head: number }[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
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
    for (const list of this.#lists) {
      const waiter = list.waiters[list.head];
      if (waiter === undefined) continue;
      list.head += 1;
      this.#size -= 1;
      if (list.head > 1024 && list.head * 2 > list.waiters.length) {
        list.waiters = list.waiters.slice(list.head);
        list.head = 0;
      }
      return waiter;
    }
    return undefined;
  }

  /** Takes out one who leaves early. */
  remove(waiter: Waiter): void {
    const list = this.#listOf(waiter.priority);
    const index = list.waiters.indexOf(waiter, list.head);
    if (index === -1) return;
    list.waiters.splice(index, 1);
    this.#size -= 1;
  }

  /** How many go before a newcomer of this priority. */
  ahead(priority: number): number {
    let count = 0;
    for (const list of this.#lists) if (list.priority >= priority) count += list.waiters.length - list.head;
    return count;
  }

  /** In the order in which they will be served. */
  *[Symbol.iterator](): Iterator<Waiter> {
    for (const list of this.#lists)
      for (let index = list.head; index < list.waiters.length; index += 1) yield list.waiters[index] as Waiter;
  }

  #listOf(priority: number): { waiters: Waiter[]; head: number } {
    let index = 0;
    while (index < this.#lists.length && (this.#lists[index] as { priority: number }).priority > priority) index += 1;
    const found = this.#lists[index];
    if (found?.priority === priority) return found;
    const list = { priority, waiters: [], head: 0 };
    this.#lists.splice(index, 0, list);
    return list;
  }
}
