import {
  anObject,
  type Clock,
  ConfigError,
  LimitExceededError,
  nonEmpty,
  SluiceError,
  systemClock,
} from "@sluice/core";
import { createInspector } from "../inspect/inspector.js";
import type { Charge } from "../limits/charge.js";
import { encodePart } from "../store/encode-part.js";
import { createLeases } from "../lease/leases.js";
import type { LeaseOptions } from "../lease/options.js";
import type { Store, StoreCharge, TakeReply } from "../store/store.js";
import type { Lane } from "../waiting/lane.js";
import { Lanes } from "../waiting/lanes.js";
import { Allowed, bucketAt, costError, impossibility, look } from "./answers.js";
import { checkFast } from "./check-fast.js";
import type { Decision } from "./decision.js";
import { abandon, freeGrant, type GrantSurroundings, UnitGrant } from "./grant.js";
import type { Grant, Limiter, Reservation } from "./limiter.js";
import { type ModeOptions, withMode } from "./modes.js";
import { nextQuestionId } from "./question-id.js";
import { type ResolvedCharges, resolveCharges } from "./resolve-charges.js";
import { resolveAcquire, resolveObservation, resolveReserve } from "./resolve-how.js";
import { wait } from "./wait.js";

/** What a limiter is made of. */
export interface LimiterOptions extends ModeOptions {
  /** Where the buckets live. */
  readonly store: Store;
  /** Shown in errors, part of the keys. @defaultValue `"default"` */
  readonly provider?: string;
  /** Whose quota it is; buckets of one account live together. Never a secret. @defaultValue `"default"` */
  readonly account?: string;
  readonly clock?: Clock;
  /**
   * Draws tokens of token buckets in advance, so that `tryAcquireSync` and `tryAcquire` decide here, in well under a microsecond, and
   * the store is asked a few times a second. For hot paths, such as inbound requests.
   *
   * @defaultValue `false`
   */
  readonly lease?: boolean | LeaseOptions;
}

/**
 * Makes a limiter over a store. Cheap: buckets come into being when they are first asked for.
 *
 * @throws ConfigError when provider or account is empty, there is no store, or the mode is none.
 */
export function createLimiter(options: LimiterOptions): Limiter {
  anObject("options", options, "{ store, ... }");
  if (typeof options.store?.take !== "function")
    throw new ConfigError({ option: "store", accepted: "memoryStore() or redisStore()", value: options.store });
  const provider = nonEmpty("provider", options.provider ?? "default");
  const account = nonEmpty("account", options.account ?? "default");
  const clock = options.clock ?? systemClock;
  const scope = `${encodePart(provider)}:${encodePart(account)}`;
  const lease = options.lease === true ? {} : options.lease;
  const leases = lease === undefined || lease === false ? undefined : createLeases(options.store, scope, clock, lease);
  const store = leases ?? options.store;
  const lanes = new Lanes({ store, scope, clock, nextId: nextQuestionId });
  const around: GrantSurroundings = { store, scope, freed: (charges) => lanes.refresh(namesOf(charges)) };
  let closed = false;
  const inspector = createInspector({
    store,
    behind: options.store,
    scope,
    provider,
    account,
    clock,
    enforcement: () => whole.mode,
  });

  const stopListening = [
    store.onPause(scope, ({ buckets, pauseMs }) => {
      inspector.paused({ buckets, pauseMs });
      lanes.hold(new Set(buckets), pauseMs);
    }),
    store.onRelease?.(scope, (buckets) => lanes.refresh(new Set(buckets))),
    options.store.watchWaiters?.(scope, () => lanes.waiting()),
    // Those who wait would only hear of it when their turn to ask comes.
    options.store.onClose?.((error) => lanes.close(error)),
  ];
  const open = (): void => {
    if (closed) throw closedError();
  };
  const refusal = (retryAfterMs: number, bucket: string, reason?: string): LimitExceededError =>
    new LimitExceededError({
      bucket,
      retryAfterMs,
      reason,
      provider: options.provider === undefined ? undefined : provider,
      account: options.account === undefined ? undefined : account,
    });
  const ask = (
    charges: readonly StoreCharge[],
    how: { readonly ahead: number; readonly withinMs: number; readonly peek: boolean },
  ): { readonly id: string; readonly askedMs: number; readonly asked: TakeReply | Promise<TakeReply> } => {
    const id = nextQuestionId();
    const askedMs = clock.now();
    return { id, askedMs, asked: store.take({ scope, charges, count: 1, group: 1, id, waiting: false, ...how }) };
  };
  const peekAt = ({ taking, looking, impossible }: ResolvedCharges): Decision | Promise<Decision> => {
    if (impossible !== undefined) return impossibility(impossible);
    const charges = taking.length === 0 ? looking : taking;
    if (charges.length === 0) return look(undefined);
    inspector.noteAll(charges);
    const answer = (reply: TakeReply): Decision => (taking.length === 0 ? look(reply) : peeked(taking, reply));
    const { asked } = ask(charges, { ahead: 0, withinMs: 0, peek: true });
    return asked instanceof Promise ? asked.then(answer) : answer(asked);
  };
  const took = (charges: readonly StoreCharge[], reply: TakeReply, id: string, askedMs: number): Decision => {
    const slot = reply.slots[0];
    if (slot === undefined) return delayed(charges, reply);
    const { remaining, idleUs, nowUs } = reply;
    const grant = new UnitGrant(around, charges, { id, unit: 0, atUs: slot.atUs, remaining, askedMs }, 0);
    return new Allowed(remaining, Math.max(0, idleUs - nowUs) / 1000, grant);
  };
  const behind = (charges: readonly StoreCharge[]): Decision | undefined => {
    const lane = lanes.waitingFor(charges);
    return lane === undefined
      ? undefined
      : { kind: "delayed", retryAfterMs: waitBehind(lane, 0), bucket: lane.nextBucket };
  };
  const tryNow = (charges: Charge | readonly Charge[]): Decision | Promise<Decision> => {
    const resolved = resolveCharges(charges);
    const { taking, impossible } = resolved;
    if (impossible !== undefined || taking.length === 0) return peekAt(resolved);
    inspector.noteAll(taking);
    const waiting = behind(taking);
    if (waiting !== undefined) return waiting;
    const { id, askedMs, asked } = ask(taking, { ahead: 0, withinMs: 0, peek: false });
    return asked instanceof Promise
      ? asked.then((reply) => took(taking, reply, id, askedMs))
      : took(taking, asked, id, askedMs);
  };
  const takeNow = async (charges: readonly StoreCharge[], signal: AbortSignal | undefined): Promise<Grant> => {
    const lane = lanes.waitingFor(charges);
    if (lane !== undefined) throw refusal(waitBehind(lane, 0), lane.nextBucket, "others wait already");
    const { id, askedMs, asked } = ask(charges, { ahead: 0, withinMs: 0, peek: false });
    const { nowUs, slots, nextUs, binding, remaining } = await asked;
    const slot = slots[0];
    if (slot === undefined) throw refusal((nextUs - nowUs) / 1000, bucketAt(charges, binding), "no time to wait");
    const unit = { id, unit: 0, atUs: slot.atUs, remaining, askedMs };
    const grant = new UnitGrant(around, charges, unit, clock.now() - askedMs);
    return signal?.aborted === true ? abandon(grant, signal) : grant;
  };

  const limiter: Omit<Limiter, "mode"> = {
    tryAcquire(charges) {
      // Not async: this is the hot path, and each hop of a promise counts.
      try {
        open();
        const decision = tryNow(charges);
        return decision instanceof Promise ? decision : Promise.resolve(decision);
      } catch (error) {
        return Promise.reject(error);
      }
    },

    tryAcquireSync(charges) {
      open();
      if (store.decide !== undefined && checkFast(charges)) {
        const { bucket, limit, cost = 1 } = charges;
        inspector.note(bucket, limit);
        const decision =
          (lanes.quiet ? undefined : behind([{ bucket, limit, cost }])) ?? store.decide(scope, bucket, limit, cost);
        if (decision !== undefined) return decision;
      }
      if (store.immediate !== true) {
        throw new ConfigError({
          option: "store",
          accepted: "memoryStore(), or for one token bucket any store under `lease`, to answer without a promise",
          value: "a store that is asked over a network",
        });
      }
      if ([charges].flat().some((charge) => charge?.limit?.kind === "custom")) {
        throw new ConfigError({
          option: "limit",
          accepted: "one of the built-in kinds, to answer without a promise",
          value: "a custom limit",
        });
      }
      return tryNow(charges) as Decision;
    },

    putBack({ bucket, cost = 1 }, agoMs = 0) {
      leases?.putBack(bucket, cost, agoMs);
    },

    async acquire(charges, acquireOptions = {}) {
      open();
      const how = resolveAcquire(acquireOptions);
      const { taking, impossible } = resolveCharges(charges);
      how.signal?.throwIfAborted();
      if (impossible !== undefined) throw costError(impossible);
      if (taking.length === 0) return freeGrant;
      inspector.noteAll(taking);
      if (how.timeoutMs === 0) return takeNow(taking, how.signal);
      const leave = inspector.enter(taking, how.priority, clock.now());
      const granted = wait(lanes.of(taking), {
        ...how,
        clock,
        refusal,
        grant(unit, waitedMs) {
          leave();
          return new UnitGrant(around, taking, unit, waitedMs);
        },
      });
      granted.catch(leave);
      return granted;
    },

    async peek(charges) {
      open();
      return peekAt(resolveCharges(charges));
    },

    async inspect(charges, inspectOptions = {}) {
      open();
      return inspector.inspect(charges, inspectOptions);
    },

    async reserve(charges, reserveOptions = {}): Promise<Reservation> {
      open();
      const maxDelayMs = resolveReserve(reserveOptions);
      const { taking, impossible } = resolveCharges(charges);
      if (impossible !== undefined) throw costError(impossible);
      if (taking.length === 0) return { delayMs: 0, cancel: async () => {} };
      inspector.noteAll(taking);
      const { id, askedMs, asked } = ask(taking, { ahead: 1, withinMs: maxDelayMs, peek: false });
      const { nowUs, slots, nextUs, binding, remaining } = await asked;
      const slot = slots[0];
      if (slot === undefined) {
        const bucket = bucketAt(taking, binding);
        throw refusal((nextUs - nowUs) / 1000, bucket, `the next slot is beyond maxDelayMs ${maxDelayMs}`);
      }
      const grant = new UnitGrant(around, taking, { id, unit: 0, atUs: slot.atUs, remaining, askedMs }, 0);
      return { delayMs: Math.max(0, slot.atUs - nowUs) / 1000, cancel: () => grant.giveBack() };
    },

    async observe(charges, word) {
      open();
      const { taking, looking } = resolveCharges(charges);
      const observed = [...taking, ...looking];
      const { pauseMs, remaining, remainingForMs, refused } = resolveObservation(word);
      if (observed.length === 0 || (pauseMs === 0 && remaining === undefined && !refused)) return;
      inspector.noteAll(observed);
      // Our own waiters hold at once, whatever the store takes to answer.
      if (pauseMs > 0) {
        inspector.paused({ buckets: namesOf(observed), pauseMs });
        lanes.hold(namesOf(observed), pauseMs);
      }
      await store.observe({
        scope,
        charges: observed,
        pauseMs,
        remaining,
        ...(remainingForMs === undefined ? {} : { remainingForMs }),
        refused,
      });
    },

    async close() {
      if (closed) return;
      closed = true;
      for (const stop of stopListening) stop?.();
      lanes.close(closedError());
      await leases?.giveBackAll();
    },
  };
  const whole = withMode(limiter, options);
  return whole;
}

function namesOf(charges: readonly StoreCharge[]): Set<string> {
  return new Set(charges.map(({ bucket }) => bucket));
}

function peeked(charges: readonly StoreCharge[], reply: TakeReply): Decision {
  if (reply.slots.length === 0) return delayed(charges, reply);
  return {
    kind: "allowed",
    remaining: reply.remaining,
    resetAfterMs: Math.max(0, reply.idleUs - reply.nowUs) / 1000,
  };
}

function delayed(charges: readonly StoreCharge[], { nowUs, nextUs, binding }: TakeReply): Decision {
  return { kind: "delayed", retryAfterMs: Math.max(0, nextUs - nowUs) / 1000, bucket: bucketAt(charges, binding) };
}

function closedError(): SluiceError {
  return new SluiceError("LIMITER_CLOSED", "The limiter is closed; make a new one to go on");
}

/** What a refusal says while others wait: never "at once", also when the store has not told yet how long. */
function waitBehind(lane: Lane, priority: number): number {
  return Math.max(1, lane.leastWaitMs(priority));
}
