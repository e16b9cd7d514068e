import {
  between,
  type Clock,
  ConfigError,
  LimitExceededError,
  nonEmpty,
  SluiceError,
  systemClock,
  type Timer,
} from "@sluice/core";
import { numbersOf } from "../limits/limit.js";
import { encodePart } from "../store/encode-part.js";
import type { Store, StoreCharge, TakeReply } from "../store/store.js";
import { Lane } from "../waiting/lane.js";
import type { Refusal, Unit, Waiter } from "../waiting/waiter.js";
import { bucketAt, costError, decide, impossibility, look } from "./answers.js";
import type { Grant, Limiter, Reservation, ReserveOptions } from "./limiter.js";
import { resolveCharges } from "./resolve-charges.js";
import { nextQuestionId } from "./question-id.js";
import { resolveAcquire, resolveObservation } from "./resolve-how.js";

/** What a limiter is made of. */
export interface LimiterOptions {
  /** Where the buckets live. */
  readonly store: Store;
  /** Shown in errors, part of the keys. @defaultValue `"default"` */
  readonly provider?: string;
  /** Whose quota it is; buckets of one account live together. Never a secret. @defaultValue `"default"` */
  readonly account?: string;
  readonly clock?: Clock;
}

/**
 * Makes a limiter over a store. Cheap: buckets come into being when they are first asked for.
 *
 * @throws ConfigError when provider or account is empty, or there is no store.
 */
export function createLimiter(options: LimiterOptions): Limiter {
  const { store } = options;
  if (typeof store?.take !== "function")
    throw new ConfigError({ option: "store", accepted: "memoryStore() or redisStore()", value: store });
  const provider = nonEmpty("provider", options.provider ?? "default");
  const account = nonEmpty("account", options.account ?? "default");
  const clock = options.clock ?? systemClock;
  const scope = `${encodePart(provider)}:${encodePart(account)}`;
  const lanes = new Map<string, Lane>();
  let sweepAt = FEWEST_SWEPT;
  let closed = false;

  const stopListening = store.onPause(scope, ({ buckets, pauseMs }) => hold(new Set(buckets), pauseMs));
  const hold = (buckets: ReadonlySet<string>, pauseMs: number): void => {
    for (const lane of lanes.values()) if (lane.charges.some(({ bucket }) => buckets.has(bucket))) lane.hold(pauseMs);
  };

  const refresh = (charges: readonly StoreCharge[]): void => {
    const buckets = new Set(charges.map(({ bucket }) => bucket));
    for (const lane of lanes.values()) if (lane.charges.some(({ bucket }) => buckets.has(bucket))) lane.refresh();
  };
  const open = (): void => {
    if (closed) throw closedError();
  };
  const ask = (
    charges: readonly StoreCharge[],
    how: { ahead: number; withinMs: number; peek: boolean },
  ): [string, TakeReply | Promise<TakeReply>] => {
    const id = nextQuestionId();
    return [id, store.take({ scope, charges, count: 1, group: 1, id, ...how })];
  };
  const laneOf = (charges: readonly StoreCharge[]): Lane => {
    const key = laneKey(charges);
    let lane = lanes.get(key);
    if (lane === undefined) {
      if (lanes.size >= sweepAt) sweepAt = forgetIdle(lanes);
      lane = new Lane(charges, { store, scope, clock, nextId: nextQuestionId });
      lanes.set(key, lane);
    }
    return lane;
  };
  const refusal = (retryAfterMs: number, bucket: string, reason?: string): LimitExceededError =>
    new LimitExceededError({
      bucket,
      retryAfterMs,
      reason,
      provider: options.provider === undefined ? undefined : provider,
      account: options.account === undefined ? undefined : account,
    });
  const giveBack = (charges: readonly StoreCharge[], id: string, atUs: number, unit: number): (() => Promise<void>) => {
    let given: Promise<void> | undefined;
    return () => {
      given ??= Promise.resolve(store.giveBack({ scope, charges, id, units: [{ atUs, unit }] })).then(() =>
        refresh(charges),
      );
      return given;
    };
  };

  const landed = (charges: readonly StoreCharge[], id: string, atUs: number, unit: number): (() => Promise<void>) => {
    const windows = charges.filter(({ limit }) => limit.kind === "slidingWindow");
    return async () => {
      if (windows.length > 0) await store.landed({ scope, charges: windows, id, units: [{ atUs, unit }] });
    };
  };

  /** No time to wait: the store's first answer is the last. */
  const takeNow = async (charges: readonly StoreCharge[]): Promise<Grant> => {
    const sinceMs = clock.now();
    const lane = lanes.get(laneKey(charges));
    if (lane !== undefined && lane.waiting > 0)
      throw refusal(waitBehind(lane, 0), lane.nextBucket, "others wait already");
    const [id, asked] = ask(charges, { ahead: 0, withinMs: 0, peek: false });
    const { nowUs, slots, nextUs, binding, remaining } = await asked;
    const slot = slots[0];
    if (slot === undefined) throw refusal((nextUs - nowUs) / 1000, bucketAt(charges, binding), "no time to wait");
    return {
      waitedMs: clock.now() - sinceMs,
      atUs: slot.atUs,
      remaining,
      giveBack: giveBack(charges, id, slot.atUs, 0),
      landed: landed(charges, id, slot.atUs, 0),
    };
  };

  return {
    async tryAcquire(charges) {
      open();
      const { taking, looking, impossible } = resolveCharges(charges);
      if (impossible !== undefined) return impossibility(impossible);
      if (taking.length === 0)
        return look(await (looking.length === 0 ? undefined : ask(looking, { ahead: 0, withinMs: 0, peek: true })[1]));
      const lane = lanes.get(laneKey(taking));
      if (lane !== undefined && lane.waiting > 0) {
        return { kind: "delayed", retryAfterMs: waitBehind(lane, 0), bucket: lane.nextBucket };
      }
      return decide(taking, await ask(taking, { ahead: 0, withinMs: 0, peek: false })[1]);
    },

    async peek(charges) {
      open();
      const { taking, looking, impossible } = resolveCharges(charges);
      if (impossible !== undefined) return impossibility(impossible);
      if (taking.length === 0)
        return look(await (looking.length === 0 ? undefined : ask(looking, { ahead: 0, withinMs: 0, peek: true })[1]));
      return decide(taking, await ask(taking, { ahead: 0, withinMs: 0, peek: true })[1]);
    },

    async acquire(charges, acquireOptions = {}) {
      open();
      const { timeoutMs, signal, priority } = resolveAcquire(acquireOptions);
      const { taking, impossible } = resolveCharges(charges);
      signal?.throwIfAborted();
      if (impossible !== undefined) throw costError(impossible);
      if (taking.length === 0)
        return {
          waitedMs: 0,
          atUs: 0,
          remaining: Number.POSITIVE_INFINITY,
          giveBack: async () => {},
          landed: async () => {},
        };
      if (timeoutMs === 0) return takeNow(taking);
      const lane = laneOf(taking);
      const sinceMs = clock.now();
      const deadlineMs = sinceMs + timeoutMs;

      return new Promise<Grant>((resolve, reject) => {
        let timer: Timer | undefined;
        const settle = (): void => {
          timer?.cancel();
          signal?.removeEventListener("abort", onAbort);
        };
        const waiter: Waiter = {
          priority,
          deadlineMs,
          grant: (unit: Unit) => {
            settle();
            const { atUs, remaining, id, unit: number } = unit;
            resolve({
              waitedMs: clock.now() - sinceMs,
              atUs,
              remaining,
              giveBack: giveBack(taking, id, atUs, number),
              landed: landed(taking, id, atUs, number),
            });
          },
          refuse: (why: Refusal) => {
            settle();
            reject(
              why.kind === "failed"
                ? why.error
                : refusal(why.retryAfterMs, why.bucket, `the wait would pass its ${timeoutMs} ms`),
            );
          },
        };
        const onAbort = (): void => {
          settle();
          lane.leave(waiter);
          reject(signal?.reason);
        };
        const onDeadline = (): void => {
          settle();
          const leastMs = waitBehind(lane, priority);
          lane.leave(waiter);
          reject(refusal(leastMs, lane.nextBucket, `${timeoutMs} ms have passed`));
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        if (timeoutMs !== Number.POSITIVE_INFINITY) timer = clock.setTimer(onDeadline, timeoutMs);
        lane.join(waiter);
      });
    },

    async reserve(charges, { maxDelayMs = Number.POSITIVE_INFINITY }: ReserveOptions = {}): Promise<Reservation> {
      open();
      between("maxDelayMs", maxDelayMs, 0, Number.POSITIVE_INFINITY, "a number of milliseconds >= 0, or Infinity");
      const { taking, impossible } = resolveCharges(charges);
      if (impossible !== undefined) throw costError(impossible);
      if (taking.length === 0) return { delayMs: 0, cancel: async () => {} };
      const [id, asked] = ask(taking, { ahead: 1, withinMs: maxDelayMs, peek: false });
      const { nowUs, slots, nextUs, binding } = await asked;
      const slot = slots[0];
      if (slot === undefined) {
        throw refusal(
          (nextUs - nowUs) / 1000,
          bucketAt(taking, binding),
          `the next slot is beyond maxDelayMs ${maxDelayMs}`,
        );
      }
      return { delayMs: Math.max(0, slot.atUs - nowUs) / 1000, cancel: giveBack(taking, id, slot.atUs, 0) };
    },

    async observe(charges, word) {
      open();
      const { taking, looking } = resolveCharges(charges);
      const observed = [...taking, ...looking];
      const { pauseMs, remaining } = resolveObservation(word);
      if (observed.length === 0 || (pauseMs === 0 && remaining === undefined)) return;
      // Our own waiters hold at once, whatever the store takes to answer.
      if (pauseMs > 0) hold(new Set(observed.map(({ bucket }) => bucket)), pauseMs);
      await store.observe({ scope, charges: observed, pauseMs, remaining });
    },

    async close() {
      if (closed) return;
      closed = true;
      stopListening();
      for (const lane of lanes.values()) lane.close(closedError());
      lanes.clear();
    },
  };
}

function closedError(): SluiceError {
  return new SluiceError("LIMITER_CLOSED", "The limiter is closed; make a new one to go on");
}

/** Equal charges wait in one lane. */
function laneKey(charges: readonly StoreCharge[]): string {
  return charges.map(({ bucket, limit, cost }) => `${bucket.length}:${bucket}${numbersOf(limit)}x${cost}`).join();
}

const FEWEST_SWEPT = 256;

/** Lanes come and go with their waiters; a few idle ones may stay for the next caller. Returns the size for the next sweep. */
function forgetIdle(lanes: Map<string, Lane>): number {
  for (const [key, lane] of lanes) if (lane.idle) lanes.delete(key);
  return Math.max(FEWEST_SWEPT, lanes.size * 2);
}

/** What a refusal says while others wait: never "at once", also when the store has not told yet how long. */
function waitBehind(lane: Lane, priority: number): number {
  return Math.max(1, lane.leastWaitMs(priority));
}
