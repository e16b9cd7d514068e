import { SluiceError } from "@sluice/core";
import type { LockHandle } from "../lock/lock.js";
import type { CustomBucket } from "./book.js";
import type { CustomCharge, Placed } from "./charges.js";
import { wrong } from "./evaluate.js";
import { type CustomRecord, decodeRecord, encodeRecord, MOST_STATE_BYTES } from "./record.js";
import type { CustomStateEntry } from "./states.js";
import type { Surroundings } from "./surroundings.js";

/** The buckets of a question under custom limits, as they were found. */
export interface Sight {
  readonly nowUs: number;
  readonly placed: readonly (readonly [name: string, place: Placed<CustomCharge>])[];
  readonly records: readonly CustomRecord[];
  readonly buckets: readonly CustomBucket[];
}

export async function loadSight(
  { states, pauses }: Surroundings,
  scope: string,
  charges: ReadonlyMap<string, Placed<CustomCharge>>,
): Promise<Sight> {
  const placed = [...charges];
  const { nowUs, texts } = await states.load(scope, [...charges.keys()]);
  const records = placed.map((_, index) => decodeRecord(texts[index]));
  const buckets = placed.map(([name, { charge }], index): CustomBucket => {
    const { state, pausedUntilUs } = records[index] as CustomRecord;
    const pauseUs = Math.max(0, pausedUntilUs - nowUs, pauses.leftUs(scope, name));
    return { limit: charge.limit, cost: charge.cost, state, pauseUs };
  });
  return { nowUs, placed, records, buckets };
}

/**
 * Writes what has become of the buckets, in the order in which they were found.
 *
 * @throws SluiceError `LOCK_LOST` when the lock has ended, or somebody has written under a later one.
 */
export async function saveSight(
  { states, stateTtlMs }: Surroundings,
  scope: string,
  { placed, nowUs }: Sight,
  records: readonly CustomRecord[],
  held: LockHandle,
): Promise<void> {
  const entries = placed.map(([name, { charge }], index): CustomStateEntry => {
    const record = records[index] as CustomRecord;
    const text = encodeRecord(record);
    if (text === undefined)
      throw wrong(charge.limit, `a function whose state is at most ${MOST_STATE_BYTES} bytes of JSON`, record.state);
    return { name, text };
  });
  held.assertHeld();
  const pauseMs = Math.max(...records.map(({ pausedUntilUs }) => pausedUntilUs - nowUs)) / 1000;
  if (await states.save(scope, entries, held.fence, Math.max(stateTtlMs, Math.ceil(pauseMs)))) return;
  throw new SluiceError("LOCK_LOST", "The state of a custom limit was written under a later lock; nothing was taken");
}
