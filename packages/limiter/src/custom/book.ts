import { ConfigError } from "@sluice/core";
import type { CustomLimit } from "./custom-limit.js";
import { evaluate } from "./evaluate.js";

/** A bucket under a custom limit, as it was found. */
export interface CustomBucket {
  readonly limit: CustomLimit;
  readonly cost: number;
  readonly state: unknown;
  /** What is left of a pause. Unit: microseconds; 0 for none. */
  readonly pauseUs: number;
}

/** What so many units of all charges together come to. */
export interface Booked {
  /** Units that are free now. */
  readonly units: number;
  /** The buckets' states after those. */
  readonly states: readonly unknown[];
  /** Until the next unit after these. Unit: microseconds; 0 when there is one now. */
  readonly nextUs: number;
  /** Index of the bucket that decides `nextUs`. */
  readonly binding: number;
  /** The fewest tokens that any bucket was said to have, before and after these units; undefined when none was said. */
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/**
 * Evaluates up to `count` units one after the other, each taking all charges or none, and then one more, to say when it could be had.
 *
 * @throws ConfigError when an algorithm does not answer as it should, or says that a cost can never be had.
 */
export function book(buckets: readonly CustomBucket[], count: number, nowMs: number): Booked {
  const known = new WeakSet<object>();
  let states = buckets.map(({ state }) => state);
  let before: number | undefined;
  let after: number | undefined;
  for (let units = 0; ; units += 1) {
    const unit = takeOne(buckets, states, nowMs, known);
    if (units === 0) before = after = unit.before;
    const { nextUs, binding } = unit;
    if (units === count || nextUs > 0) return { units, states, nextUs, binding, before, after };
    ({ states, after } = unit);
  }
}

interface Unit {
  readonly states: unknown[];
  readonly nextUs: number;
  readonly binding: number;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

function takeOne(
  buckets: readonly CustomBucket[],
  states: readonly unknown[],
  nowMs: number,
  known: WeakSet<object>,
): Unit {
  const taken: unknown[] = [];
  let nextUs = 0;
  let binding = 0;
  let before: number | undefined;
  let after: number | undefined;
  for (const [index, { limit, cost, pauseUs }] of buckets.entries()) {
    const verdict = evaluate(limit, states[index], nowMs, cost, known);
    if (verdict.kind === "impossible") throw neverHad(limit, cost);
    const waitUs = Math.max(pauseUs, verdict.kind === "delayed" ? verdict.retryAfterUs : 0);
    if (waitUs > nextUs) [nextUs, binding] = [waitUs, index];
    if (verdict.kind === "delayed" || pauseUs > 0) {
      before = 0;
      continue;
    }
    taken.push(verdict.state);
    if (verdict.remaining === undefined) continue;
    before = Math.min(before ?? Number.POSITIVE_INFINITY, verdict.remaining + cost);
    after = Math.min(after ?? Number.POSITIVE_INFINITY, verdict.remaining);
  }
  return { states: taken, nextUs, binding, before, after };
}

function neverHad(limit: CustomLimit, cost: number): ConfigError {
  const accepted = `a cost that custom limit ${JSON.stringify(limit.name)} can grant`;
  return new ConfigError({ option: "cost", accepted, value: cost, hint: "No waiting can help" });
}
