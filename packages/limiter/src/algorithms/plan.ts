import type { Bucket } from "./bucket.js";

/** One bucket with what a unit takes from it. */
export interface PlannedCharge {
  readonly bucket: Bucket;
  readonly cost: number;
}

/** How many units, and how far ahead. */
export interface PlanRequest {
  /** Units wanted. */
  readonly count: number;
  /** How many groups that are not due yet may be booked. */
  readonly ahead: number;
  /** Units per booked group. */
  readonly group: number;
  /** Nothing due later than this from now is booked. Unit: microseconds. */
  readonly withinUs: number;
  readonly nowUs: number;
  /** Prefix of the units' names. */
  readonly id: string;
  /** Only says what would happen. */
  readonly peek: boolean;
}

/** Units that share an instant. */
export interface Slot {
  readonly atUs: number;
  readonly units: number;
}

/** What came of it. */
export interface Plan {
  readonly slots: readonly Slot[];
  /** When the next unit after these could be had. */
  readonly nextUs: number;
  /** Index of the charge that decides `nextUs`. */
  readonly binding: number;
}

/** Takes up to `count` units of all charges together: first those free now, then a few groups ahead. */
export function plan(charges: readonly PlannedCharge[], request: PlanRequest): Plan {
  const { nowUs, count } = request;
  const slots: Slot[] = [];
  let taken = 0;

  const take = (atUs: number, units: number): void => {
    slots.push({ atUs, units });
    if (!request.peek) {
      for (const { bucket, cost } of charges) {
        for (let unit = taken; unit < taken + units; unit += 1)
          bucket.take({ atUs, cost, id: `${request.id}.${unit}` }, nowUs);
      }
    }
    taken += units;
  };

  const free = Math.min(count, ...charges.map(({ bucket, cost }) => bucket.units(cost, nowUs)));
  if (free > 0) take(nowUs, free);
  // A peek has not taken what it found free, so what follows would be asked of a fuller bucket.
  if (request.peek && free > 0) return { slots, nextUs: nowUs, binding: 0 };

  const largest = Math.min(...charges.map(({ bucket, cost }) => bucket.most(cost)));
  // Places that are free now may be booked along with tokens to come, but no place that somebody still holds.
  const places = charges.filter(({ bucket }) => !bucket.bookable);
  const most =
    places.length === 0
      ? count
      : Math.min(count, ...places.map(({ bucket, cost }) => bucket.units(cost, nowUs) + taken));
  let fromUs = nowUs;
  for (let booked = 0; ; booked += 1) {
    const units = Math.max(1, Math.min(request.group, most - taken, largest));
    const next = earliestOfAll(charges, units, fromUs);
    const enough = taken >= most || booked >= request.ahead || next.atUs - nowUs > request.withinUs;
    if (enough || request.peek) return { slots, nextUs: next.atUs, binding: next.binding };
    take(next.atUs, units);
    fromUs = next.atUs;
  }
}

/** The first instant at which every charge can be debited, and the charge that is latest. */
function earliestOfAll(
  charges: readonly PlannedCharge[],
  units: number,
  fromUs: number,
): { atUs: number; binding: number } {
  let atUs = fromUs;
  let binding = 0;
  for (let before = -1; before !== atUs;) {
    before = atUs;
    for (const [index, { bucket, cost }] of charges.entries()) {
      const own = bucket.earliest(cost * units, atUs);
      if (own > atUs) {
        atUs = own;
        binding = index;
      }
    }
  }
  return { atUs, binding };
}
