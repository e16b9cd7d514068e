import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bucket, Debit } from "./bucket.js";
import { MICRO } from "./drip.js";
import { SlidingWindow } from "./sliding-window.js";
import { TokenBucket } from "./token-bucket.js";

/** What an algorithm promises, said in the plainest way: the debits so far, and whether another may stand at an instant. */
interface Definition {
  readonly most: number;
  admits(debits: readonly Debit[], cost: number, atUs: number): boolean;
  /** Whether a debit at this instant, with none to come, no longer makes any difference to a question at `nowUs`. */
  idle(debits: readonly Debit[], nowUs: number): boolean;
}

const WINDOW_US = 20;

/** A token every four microseconds: whole numbers, so nothing is rounded. */
function tokenDefinition(burst: number): Definition {
  const levelAt = (debits: readonly Debit[], untilUs: number): { level: number; least: number } => {
    let level = burst;
    let least = burst;
    let atUs = 0;
    const grow = (toUs: number): void => {
      level = Math.min(burst, level + (toUs - atUs) / 4);
      atUs = toUs;
    };
    for (const debit of debits.toSorted((a, b) => a.atUs - b.atUs)) {
      if (debit.atUs > untilUs) break;
      grow(debit.atUs);
      level -= debit.cost;
      least = Math.min(least, level);
    }
    grow(Math.max(atUs, untilUs));
    return { level, least };
  };
  return {
    most: burst,
    admits: (debits, cost, atUs) => levelAt([...debits, { atUs, cost, id: "" }], Number.MAX_SAFE_INTEGER).least >= 0,
    idle: (debits, nowUs) => levelAt(debits, nowUs).level === burst,
  };
}

function slidingDefinition(limit: number): Definition {
  const inWindow = (debits: readonly Debit[], endUs: number): number =>
    debits.reduce((sum, { atUs, cost }) => sum + (atUs > endUs - WINDOW_US && atUs <= endUs ? cost : 0), 0);
  return {
    most: limit,
    admits: (debits, cost, atUs) => {
      const all = [...debits, { atUs, cost, id: "" }];
      return all.every((debit) => inWindow(all, debit.atUs) <= limit);
    },
    idle: (debits, nowUs) => debits.every(({ atUs }) => atUs + WINDOW_US <= nowUs),
  };
}

const commands = fc.array(
  fc.record({
    restUs: fc.oneof(fc.nat(3), fc.nat(12)),
    cost: fc.integer({ min: 1, max: 3 }),
    fromUs: fc.oneof(fc.constant(0), fc.nat(25)),
    kind: fc.constantFrom("book", "book", "book", "look", "give back", "pause"),
  }),
  { minLength: 5, maxLength: 25, size: "max" },
);

const pairs: Record<string, { definition: Definition; make: () => Bucket }> = {
  "token bucket": {
    definition: tokenDefinition(5),
    make: () => new TokenBucket({ kind: "tokenBucket", refillRate: MICRO / 4, burst: 5 }, 0),
  },
  "sliding window": {
    definition: slidingDefinition(5),
    make: () => new SlidingWindow({ kind: "slidingWindow", limit: 5, windowMs: WINDOW_US / 1000 }),
  },
};

describe.each(Object.entries(pairs))("a %s", (_, { definition, make }) => {
  it("books at the first instant that its definition admits beside all that is booked already", () => {
    fc.assert(
      fc.property(commands, (steps) => {
        const bucket = make();
        let debits: Debit[] = [];
        let nowUs = 0;
        let pausedUntilUs = 0;
        for (const [index, { restUs, cost, fromUs, kind }] of steps.entries()) {
          nowUs += restUs;
          const earliestUs = Math.max(nowUs + fromUs, pausedUntilUs);
          let firstUs = earliestUs;
          while (!definition.admits(debits, cost, firstUs)) firstUs += 1;
          expect(bucket.earliest(cost, nowUs + fromUs)).toBe(firstUs);

          let units = 0;
          while (definition.admits(debits, (units + 1) * cost, nowUs)) units += 1;
          expect(bucket.units(cost, nowUs)).toBe(nowUs < pausedUntilUs ? 0 : units);
          expect(bucket.most(cost)).toBe(Math.floor(definition.most / cost));

          let idleUs = Math.max(nowUs, pausedUntilUs, ...debits.map(({ atUs }) => atUs));
          while (!definition.idle(debits, idleUs)) idleUs += 1;
          expect(bucket.idleAt(nowUs)).toBe(idleUs);
          expect(bucket.keptUntil(nowUs)).toBe(idleUs);

          if (kind === "book") {
            const debit = { atUs: firstUs, cost, id: String(index) };
            bucket.take(debit, nowUs);
            debits.push(debit);
          } else if (kind === "give back") {
            const debit = debits.findLast(({ atUs }) => atUs > nowUs);
            if (debit !== undefined) bucket.giveBack(debit, nowUs);
            debits = debits.filter((other) => other !== debit);
          } else if (kind === "pause") {
            bucket.pause(nowUs + fromUs);
            pausedUntilUs = Math.max(pausedUntilUs, nowUs + fromUs);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
