import { isSluiceError } from "@sluice/core";
import type { LockHandle } from "../lock/lock.js";
import type { GiveBackRequest, StoreCharge, TakeReply, TakeRequest } from "../store/store.js";
import { book, type Booked } from "./book.js";
import { type CustomCharge, customOf, type Mixed, type Placed, plainOf } from "./charges.js";
import { combine } from "./combine.js";
import { wrong } from "./evaluate.js";
import { loadSight, saveSight, type Sight } from "./sight.js";
import type { Surroundings } from "./surroundings.js";

/** A lock that was lost before anything was written takes nothing, so the question may be asked again. */
const MOST_ATTEMPTS = 3;

interface Question {
  readonly request: Mixed<TakeRequest>;
  readonly custom: ReadonlyMap<string, Placed<CustomCharge>>;
  readonly plain: readonly StoreCharge[];
}

/** Answers a question with charges under custom limits: they are decided under the scope's lock, the others by the store below. */
export async function takeMixed(around: Surroundings, request: Mixed<TakeRequest>): Promise<TakeReply> {
  const question = { request, custom: customOf(request.charges), plain: plainOf(request.charges) };
  if (request.peek) {
    const sight = await loadSight(around, request.scope, question.custom);
    return look(around, question, sight, book(sight.buckets, request.count, sight.nowUs / 1000));
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await takeUnderLock(around, question);
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !isSluiceError(error) || error.code !== "LOCK_LOST") throw error;
    }
  }
}

/** The lock under which the buckets of a scope are decided. */
export function lockScope({ lock, leaseMs, lockTimeoutMs }: Surroundings, scope: string): Promise<LockHandle> {
  return lock.acquire(`custom:${scope}`, { leaseMs, timeoutMs: lockTimeoutMs });
}

async function takeUnderLock(around: Surroundings, question: Question): Promise<TakeReply> {
  const { request, custom } = question;
  const held = await lockScope(around, request.scope);
  let sight: Sight;
  let booked: Booked;
  try {
    sight = await loadSight(around, request.scope, custom);
    booked = book(sight.buckets, request.count, sight.nowUs / 1000);
    if (booked.units > 0) return await takeBooked(around, question, sight, booked, held);
  } finally {
    // Nobody needs to wait for the answer; a release never rejects.
    void held.release();
  }
  return look(around, question, sight, booked);
}

/** What the answer would be, with nothing taken. */
async function look(around: Surroundings, question: Question, sight: Sight, booked: Booked): Promise<TakeReply> {
  const { request, plain } = question;
  if (plain.length === 0) return combine(request, sight, booked, undefined, true);
  const reply = await around.inner.take({ ...request, charges: plain, ahead: 0, group: 1, peek: true });
  return combine(request, sight, booked, reply, true);
}

/** Takes so many units from the store below, and writes as many as it gave. */
async function takeBooked(
  around: Surroundings,
  { request, plain }: Question,
  sight: Sight,
  booked: Booked,
  held: LockHandle,
): Promise<TakeReply> {
  if (plain.length === 0) {
    await write(around, request.scope, sight, booked, held);
    return combine(request, sight, booked, undefined, false);
  }
  const reply = await around.inner.take({ ...request, charges: plain, count: booked.units, ahead: 0, group: 1 });
  const units = unitsOf(reply);
  if (units.length === 0) return combine(request, sight, booked, reply, true);
  try {
    const final = units.length === booked.units ? booked : rebook(sight, units.length);
    await write(around, request.scope, sight, final, held);
    return combine(request, sight, final, reply, false);
  } catch (error) {
    const { scope, id } = request;
    await returned(around, { scope, charges: plain, id, units });
    throw error;
  }
}

/** Gives back what the store below has booked; what cannot be given back is lost, which harms no limit. */
async function returned({ inner }: Surroundings, request: GiveBackRequest): Promise<void> {
  try {
    await inner.giveBack(request);
  } catch {}
}

/** The same for fewer units. */
function rebook({ buckets, nowUs }: Sight, units: number): Booked {
  const booked = book(buckets, units, nowUs / 1000);
  if (booked.units === units) return booked;
  const limit = (buckets[booked.binding] ?? buckets[0])?.limit;
  if (limit === undefined) throw new RangeError("no bucket under a custom limit");
  throw wrong(limit, "a pure function", "one that answers the same question differently");
}

function write(around: Surroundings, scope: string, sight: Sight, { states }: Booked, held: LockHandle): Promise<void> {
  const records = sight.records.map(({ pausedUntilUs }, index) => ({ state: states[index], pausedUntilUs }));
  return saveSight(around, scope, sight, records, held);
}

function unitsOf({ slots }: TakeReply): { atUs: number; unit: number }[] {
  return slots
    .flatMap(({ atUs, units }) => Array.from({ length: units }, () => atUs))
    .map((atUs, unit) => ({ atUs, unit }));
}
