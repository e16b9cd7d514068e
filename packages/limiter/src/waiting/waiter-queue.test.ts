import { describe, expect, it } from "vitest";
import type { Waiter } from "./waiter.js";
import { WaiterQueue } from "./waiter-queue.js";

const nothing = (): void => {};
const waiter = (sinceMs: number, priority = 0, deadlineMs = 1000): Waiter => ({
  priority,
  sinceMs,
  deadlineMs,
  grant: nothing,
  refuse: nothing,
});
const queueOf = (...waiters: Waiter[]): WaiterQueue => {
  const queue = new WaiterQueue();
  for (const one of waiters) queue.push(one);
  return queue;
};
/** Each by when it came. */
const order = (waiters: Iterable<Waiter>): number[] => [...waiters].map(({ sinceMs }) => sinceMs);
const drained = (queue: WaiterQueue): number[] => {
  const all: number[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) all.push(next.sinceMs);
  return all;
};

describe("the queue of waiters", () => {
  it("is empty at first: nobody is served, nobody is ahead, nobody is patient", () => {
    const queue = new WaiterQueue();
    expect(queue.size).toBe(0);
    expect(queue.shift()).toBeUndefined();
    expect(queue.firstSinceMs).toBe(Number.NEGATIVE_INFINITY);
    expect(queue.longestPatienceMs(0)).toBe(0);
    expect(queue.ahead(0)).toBe(0);
    expect(order(queue)).toEqual([]);
  });

  it("serves the higher first, and equals as they came", () => {
    const queue = queueOf(waiter(1, 0), waiter(2, 5), waiter(3, -2), waiter(4, 5), waiter(5, 0));
    expect(queue.size).toBe(5);
    expect(queue.firstSinceMs).toBe(2);
    expect(order(queue)).toEqual([2, 4, 1, 5, 3]);
    expect(drained(queue)).toEqual([2, 4, 1, 5, 3]);
    expect(queue.size).toBe(0);
  });

  it("gives every eighth unit to the longest waiter, and knows that it was by age", () => {
    const old = [waiter(0), waiter(1)];
    const high = Array.from({ length: 20 }, (_, index) => waiter(10 + index, 1));
    const queue = queueOf(...old, ...high);
    const served = Array.from({ length: 16 }, () => queue.shift() as Waiter);
    expect(served.map(({ priority }) => priority)).toEqual([1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0]);
    expect(order(served.filter(({ priority }) => priority === 0))).toEqual([0, 1]);
    expect(served.map((one) => queue.hasTurn(one)).filter(Boolean)).toHaveLength(2);
    expect(queue.hasTurn(served[7] as Waiter)).toBe(true);
    expect(queue.size).toBe(6);
  });

  it("counts no turn for which nobody was there", () => {
    const queue = new WaiterQueue();
    for (let n = 0; n < 7; n += 1) queue.shift();
    queue.push(waiter(0));
    queue.push(waiter(1, 1));
    expect(queue.shift()?.sinceMs).toBe(1);
  });

  it("of two who came at once serves the higher by age", () => {
    const queue = queueOf(...Array.from({ length: 7 }, () => waiter(0, 9)), waiter(5, 0), waiter(5, 1), waiter(6, 9));
    for (let n = 0; n < 7; n += 1) queue.shift();
    expect(queue.shift()).toMatchObject({ sinceMs: 5, priority: 1 });
  });

  it("takes one back ahead of its equals, whether some were served before or not", () => {
    const queue = queueOf(waiter(2), waiter(3));
    queue.unshift(waiter(1));
    expect(order(queue)).toEqual([1, 2, 3]);
    const first = queue.shift() as Waiter;
    queue.unshift(first);
    expect(order(queue)).toEqual([1, 2, 3]);
    expect(queue.size).toBe(3);
    queue.unshift(waiter(0, 1));
    expect(order(queue)).toEqual([0, 1, 2, 3]);
  });

  it("forgets those who were served, and loses nobody by that", () => {
    const queue = queueOf(...Array.from({ length: 100 }, (_, index) => waiter(index)));
    const served = Array.from({ length: 60 }, () => queue.shift()?.sinceMs);
    expect(served).toEqual(Array.from({ length: 60 }, (_, index) => index));
    expect(queue.size).toBe(40);
    expect(order(queue)).toEqual(Array.from({ length: 40 }, (_, index) => 60 + index));
    queue.push(waiter(100));
    expect(drained(queue)).toEqual(Array.from({ length: 41 }, (_, index) => 60 + index));
  });

  it("lets one leave from anywhere, once, and nobody who was served", () => {
    const all = [waiter(1), waiter(2), waiter(3)] as const;
    const queue = queueOf(...all);
    queue.remove(all[1]);
    queue.remove(all[1]);
    expect([queue.size, order(queue)]).toEqual([2, [1, 3]]);
    queue.shift();
    queue.remove(all[0]);
    queue.remove(waiter(3));
    expect([queue.size, order(queue)]).toEqual([1, [3]]);
  });

  it("lets many leave in the order in which they came, and keeps the others in theirs", () => {
    const all = Array.from({ length: 100 }, (_, n) => waiter(n));
    const queue = queueOf(...all);
    for (const one of all.slice(0, 70)) queue.remove(one);
    for (const one of all.slice(0, 70)) queue.remove(one);
    queue.unshift(all[69] as Waiter);
    expect([queue.size, queue.firstSinceMs, queue.ahead(0)]).toEqual([31, 69, 31]);
    expect(drained(queue)).toEqual(Array.from({ length: 31 }, (_, n) => 69 + n));
  });

  it("counts as ahead of a newcomer all that are no lower and still there", () => {
    const queue = queueOf(waiter(1, 0), waiter(2, 0), waiter(3, 4), waiter(4, 9));
    expect([9, 5, 4, 0, -1].map((priority) => queue.ahead(priority))).toEqual([1, 1, 2, 4, 4]);
    queue.shift();
    expect([9, 0].map((priority) => queue.ahead(priority))).toEqual([0, 3]);
  });

  it("knows the longest patience of all that wait", () => {
    const queue = queueOf(waiter(0, 0, 300), waiter(1, 1, 900), waiter(2, 0, 500));
    expect(queue.longestPatienceMs(100)).toBe(800);
    expect(queue.longestPatienceMs(2000)).toBe(0);
    queue.push(waiter(3, -1, Number.POSITIVE_INFINITY));
    expect(queue.longestPatienceMs(100)).toBe(Number.POSITIVE_INFINITY);
  });

  it("asks no more of them than one question may serve", () => {
    const queue = queueOf(...Array.from({ length: 5000 }, () => waiter(0, 0, 300)), waiter(1, 0, 9000));
    expect(queue.longestPatienceMs(0)).toBe(300);
    queue.shift();
    expect(queue.longestPatienceMs(0)).toBe(9000);
  });
});

describe("those who are too late", () => {
  it("are taken out, and are not counted among those before others", () => {
    const queue = queueOf(...[1, 2, 3, 4, 5].map((sinceMs) => waiter(sinceMs)));
    const asked: number[][] = [];
    const late = queue.removeLate(({ sinceMs }, position) => {
      asked.push([sinceMs, position]);
      return sinceMs % 2 === 0;
    });
    expect(asked).toEqual([
      [1, 0],
      [2, 1],
      [3, 1],
      [4, 2],
      [5, 2],
    ]);
    expect(late.map(({ waiter: { sinceMs }, position }) => [sinceMs, position])).toEqual([
      [2, 1],
      [4, 2],
    ]);
    expect([queue.size, order(queue)]).toEqual([3, [1, 3, 5]]);
  });

  it("are asked with those before them that are no lower and came no later", () => {
    const queue = queueOf(waiter(10, 2), waiter(30, 2), waiter(20, 1), waiter(30, 1), waiter(5, 0), waiter(40, 0));
    const positions = new Map<string, number>();
    queue.removeLate(({ sinceMs, priority }, position) => {
      positions.set(`${priority} of ${sinceMs}`, position);
      return false;
    });
    expect(Object.fromEntries(positions)).toEqual({
      "2 of 10": 0,
      "2 of 30": 1,
      "1 of 20": 1,
      "1 of 30": 3,
      "0 of 5": 0,
      "0 of 40": 5,
    });
    expect(queue.size).toBe(6);
  });

  it("leave the others in order, with those served before out of it", () => {
    const queue = queueOf(...[1, 2, 3, 4].map((sinceMs) => waiter(sinceMs)), waiter(0, -1));
    queue.shift();
    expect(queue.removeLate(({ sinceMs }) => sinceMs === 3).map(({ waiter: { sinceMs } }) => sinceMs)).toEqual([3]);
    expect([queue.size, order(queue)]).toEqual([3, [2, 4, 0]]);
    expect(queue.removeLate(() => true)).toHaveLength(3);
    expect([queue.size, queue.shift()]).toEqual([0, undefined]);
  });
});
