import type { TakeReply, TakeRequest } from "../store/store.js";
import type { Booked } from "./book.js";
import { isCustom, type Mixed } from "./charges.js";
import type { Sight } from "./sight.js";

/**
 * One answer of two: what custom limits booked, and what the store below gave of it, if it was asked. Instants are those of the store
 * below, since units are given back by them.
 *
 * @param looking - whether nothing was taken.
 */
export function combine(
  request: Mixed<TakeRequest>,
  sight: Sight,
  booked: Booked,
  below: TakeReply | undefined,
  looking: boolean,
): TakeReply {
  const nowUs = below?.nowUs ?? sight.nowUs;
  const given = below === undefined ? booked.units : below.slots.reduce((sum, { units }) => sum + units, 0);
  const units = Math.min(given, booked.units);
  const belowUs = below === undefined ? 0 : Math.max(0, below.nextUs - nowUs);
  // Units that the store below did not give are still to be had here.
  const ownUs = units < booked.units ? 0 : booked.nextUs;
  const own = looking ? booked.before : booked.after;
  return {
    nowUs,
    slots: units === 0 ? [] : [{ atUs: below?.slots[0]?.atUs ?? nowUs, units }],
    // A look has not taken what it found, so there is more at once.
    nextUs: nowUs + (looking && units > 0 ? 0 : Math.max(ownUs, belowUs)),
    binding:
      belowUs > ownUs ? placeBelow(request, below?.binding ?? 0) : (sight.placed[booked.binding]?.[1].index ?? 0),
    remaining: Math.min(own ?? below?.remaining ?? 0, below?.remaining ?? Number.POSITIVE_INFINITY),
    idleUs: nowUs + Math.max(ownIdleUs(sight, own), below === undefined ? 0 : Math.max(0, below.idleUs - nowUs)),
  };
}

/** The place of a charge of the store below among all charges. */
function placeBelow({ charges }: Mixed<TakeRequest>, binding: number): number {
  const places = charges.map((charge, index) => (isCustom(charge) ? -1 : index)).filter((index) => index !== -1);
  return places[binding] ?? 0;
}

/** When buckets of known size and rate would be full again, by the one that has the least left. */
function ownIdleUs({ buckets }: Sight, remaining: number | undefined): number {
  if (remaining === undefined) return 0;
  return Math.max(
    0,
    ...buckets.map(({ limit: { rate, capacity } }) =>
      rate === undefined || capacity === undefined ? 0 : Math.ceil(((capacity - remaining) * 1e6) / rate),
    ),
  );
}
