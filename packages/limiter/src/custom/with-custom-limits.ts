import { anObject, isSluiceError } from "@sluice/core";
import { createListeners } from "../store/listeners.js";
import type { GiveBackRequest, ObserveRequest, Pause, Store, TakeReply, TakeRequest } from "../store/store.js";
import { customOf, isCustom, type Mixed, plainOf } from "./charges.js";
import { loadSight, saveSight } from "./sight.js";
import { type CustomLimitsOptions, resolveCustomLimits, type Surroundings } from "./surroundings.js";
import { lockScope, takeMixed } from "./take-mixed.js";

/** A store that knows custom limits as well. */
export interface CustomStore extends Omit<Store, "take" | "giveBack" | "landed" | "renew" | "observe"> {
  take(request: Mixed<TakeRequest>): TakeReply | Promise<TakeReply>;
  giveBack(request: Mixed<GiveBackRequest>): void | Promise<void>;
  landed(request: Mixed<GiveBackRequest>): void | Promise<void>;
  renew?(request: Mixed<GiveBackRequest>): boolean | Promise<boolean>;
  observe(request: Mixed<ObserveRequest>): void | Promise<void>;
}

/**
 * Teaches a store custom limits. Questions without them go straight to the store below; one with them is decided under a lock that all
 * processes of the scope share, all charges together or none.
 *
 * Custom limits book only what is free now, and tokens they have given are not given back: a rule of one's own cannot be run backwards.
 * Of a provider's word they keep the pause alone. They fail closed: while the lock or the states cannot be had, a question fails with
 * `LOCK_UNAVAILABLE` or `STORE_UNAVAILABLE`, whatever the store below does then.
 *
 * @throws ConfigError when an option is out of range.
 */
export function withCustomLimits(inner: Store, options: CustomLimitsOptions): CustomStore {
  anObject("options", options, "{ states, lock }");
  const around = resolveCustomLimits(inner, options);
  const pausesHere = createListeners<Pause>();
  const { renew } = inner;

  return {
    ...(inner.immediate === undefined ? {} : { immediate: inner.immediate }),
    ...(inner.decide === undefined ? {} : { decide: inner.decide.bind(inner) }),
    ...(inner.onRelease === undefined ? {} : { onRelease: inner.onRelease.bind(inner) }),
    ...(inner.watchWaiters === undefined ? {} : { watchWaiters: inner.watchWaiters.bind(inner) }),
    ...(inner.onClose === undefined ? {} : { onClose: inner.onClose.bind(inner) }),
    ...(renew === undefined ? {} : { renew: (request) => below(request, true, (plain) => renew.call(inner, plain)) }),
    get latencyMs() {
      return inner.latencyMs;
    },
    get peers() {
      return inner.peers ?? 1;
    },
    take(request) {
      const plain = asPlain(request);
      return plain === undefined ? takeMixed(around, request) : inner.take(plain);
    },
    giveBack: (request) => below(request, undefined, (plain) => inner.giveBack(plain)),
    landed: (request) => below(request, undefined, (plain) => inner.landed(plain)),
    observe(request) {
      const plain = asPlain(request);
      if (plain !== undefined) return inner.observe(plain);
      const { scope, pauseMs } = request;
      if (pauseMs > 0) {
        const custom = customOf(request.charges);
        for (const name of custom.keys()) around.pauses.add(scope, name, pauseMs);
        pausesHere.tell(scope, { buckets: [...custom.values()].map(({ charge }) => charge.bucket), pauseMs });
      }
      return observeMixed(around, request);
    },
    onPause(scope, listener) {
      const stops = [inner.onPause(scope, listener), pausesHere.add(scope, listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    close: () => inner.close(),
  };
}

/** The very request, when the store below can answer all of it. */
function asPlain<Request extends TakeRequest | ObserveRequest>(request: Mixed<Request> | Request): Request | undefined {
  return isPlain(request) ? request : undefined;
}

function isPlain<Request extends TakeRequest | ObserveRequest>(request: Mixed<Request> | Request): request is Request {
  for (const charge of request.charges) if (isCustom(charge)) return false;
  return true;
}

/** Asks the store below about its own charges, if there are any. */
function below<Reply>(
  request: Mixed<GiveBackRequest>,
  otherwise: Reply,
  ask: (request: GiveBackRequest) => Reply | Promise<Reply>,
): Reply | Promise<Reply> {
  const charges = plainOf(request.charges);
  return charges.length === 0 ? otherwise : ask({ ...request, charges });
}

/** Tells the store below, and writes the pause where the other processes find it. */
async function observeMixed(around: Surroundings, request: Mixed<ObserveRequest>): Promise<void> {
  const charges = plainOf(request.charges);
  if (charges.length > 0) await around.inner.observe({ ...request, charges });
  if (request.pauseMs === 0) return;
  try {
    await sharePause(around, request);
  } catch (error) {
    // The pause holds in this process; what the fleet cannot be told now, each process learns from the provider.
    if (!isSluiceError(error) || error.code === "CONFIG_INVALID") throw error;
  }
}

async function sharePause(around: Surroundings, { scope, charges, pauseMs }: Mixed<ObserveRequest>): Promise<void> {
  const held = await lockScope(around, scope);
  try {
    const sight = await loadSight(around, scope, customOf(charges));
    const untilUs = sight.nowUs + Math.ceil(pauseMs * 1000);
    const records = sight.records.map(({ state, pausedUntilUs }) => ({
      state,
      pausedUntilUs: Math.max(pausedUntilUs, untilUs),
    }));
    await saveSight(around, scope, sight, records, held);
  } finally {
    void held.release();
  }
}
