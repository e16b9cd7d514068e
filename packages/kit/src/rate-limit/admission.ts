import type { Call, Clock } from "@sluice/core";
import type { Charge, Grant, Limiter } from "@sluice/limiter";
import { createPlaces } from "./places.js";

/** Lets attempts out: with tokens and a place in flight, or with a place alone. Whoever was let out must `leave`. */
export interface Admission {
  /** Waits for all charges and a place; undefined when nothing is charged. */
  enter(call: Call, charges: readonly Charge[]): Promise<Grant | undefined>;
  /** Waits for a place alone. */
  enterUncharged(call: Call): Promise<void>;
  leave(): void;
}

/** What admission is made of. */
export interface AdmissionOptions {
  readonly limiterFor: (account: string) => Limiter;
  readonly maxInFlight: number;
  readonly clock: Clock;
}

/** Longest that a place is held while asking for tokens: the store's usual answer, and some. Unit: milliseconds. */
const ASKING_MS = 25;
/** What puts a waiter before its equals, and before nobody else. */
const AHEAD = 1e-3;
const HIGHEST_PRIORITY = 1e6;

/**
 * A place is not held while waiting for tokens, or a slow method would block all others; and tokens are not held while
 * waiting for a place, or the provider would count them later than we did. So the place comes first, in order of arrival;
 * whoever finds no tokens leaves it to others and waits on; and whoever then gets tokens but no place gives them back, and
 * goes before its equals the next time.
 */
export function createAdmission({ limiterFor, maxInFlight, clock }: AdmissionOptions): Admission {
  const places = createPlaces(maxInFlight);
  const capped = maxInFlight !== Number.POSITIVE_INFINITY;
  /** How many wait without a place, by what they wait for. */
  const placeless = new Map<string, number>();
  const count = (key: string, by: 1 | -1): void => {
    const many = (placeless.get(key) ?? 0) + by;
    if (many === 0) placeless.delete(key);
    else placeless.set(key, many);
  };

  /** One wait for tokens, in the place while that makes sense; undefined when there was no place left at its end. */
  const attempt = async (call: Call, charges: readonly Charge[], again: boolean): Promise<Grant | undefined> => {
    const { signal, account } = call;
    const key = [account, ...charges.map(({ bucket, cost = 1 }) => `${cost} ${bucket}`)].join("\n");
    // Where others wait for the same tokens already, a place would be held in vain.
    const vain = (): boolean => !again && placeless.has(key);
    let placed = capped && !vain();
    if (placed) await places.enter(signal);
    const giveUpPlace = (): void => {
      placed = false;
      places.leave();
      count(key, 1);
    };
    if (!placed) count(key, 1);
    else if (vain()) giveUpPlace();
    const timer = placed ? clock.setTimer(giveUpPlace, ASKING_MS) : undefined;
    try {
      const timeoutMs = Math.max(0, call.deadlineMs - clock.now());
      const priority = again ? Math.min(HIGHEST_PRIORITY, call.priority + AHEAD) : call.priority;
      const grant = await limiterFor(account).acquire(charges, { timeoutMs, signal, priority });
      if (placed || places.tryEnter()) return grant;
      // Not awaited: whoever comes later must not be in the queue for a place before this one.
      void giveBack(grant);
      return undefined;
    } catch (error) {
      if (placed) places.leave();
      throw error;
    } finally {
      timer?.cancel();
      if (!placed) count(key, -1);
    }
  };

  return {
    async enter(call, charges) {
      if (charges.length === 0) {
        await places.enter(call.signal);
        return undefined;
      }
      let grant = await attempt(call, charges, false);
      while (grant === undefined) grant = await attempt(call, charges, true);
      return grant;
    },
    enterUncharged: ({ signal }) => places.enter(signal),
    leave: places.leave,
  };
}

/** Gives tokens back that were not used. Those that cannot be given back are lost, never granted twice. */
export async function giveBack(grant: Grant | undefined): Promise<void> {
  try {
    await grant?.giveBack();
  } catch {
    // The store says itself that it is away.
  }
}
