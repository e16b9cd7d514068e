import { StoreUnavailableError } from "@sluice/core";
import {
  capacityOf,
  type Limit,
  memoryStore,
  rateOf,
  type Store,
  type StoreCharge,
  type TakeReply,
  type TakeRequest,
  tokenBucket,
} from "@sluice/limiter";
import type { OnStoreError } from "./events.js";

/** Answers in the store's place while it is away. */
export interface Fallback {
  take(request: TakeRequest, peers: number): TakeReply | Promise<TakeReply>;
  readonly local: Store;
  /**
   * The part of the store that holds these scopes has answered: the next outage starts from empty buckets again. Returns whose tokens were
   * handed out meanwhile, by scope: the store knows nothing of them, and its buckets have filled up.
   */
  over(holds: (scope: string) => boolean): ReadonlyMap<string, readonly StoreCharge[]>;
  /** The store could not be told of these; `over` names them again. */
  untold(scope: string, charges: readonly StoreCharge[]): void;
}

/**
 * `local`: this process's share of each limit by the peers last seen, from buckets that start empty: what was there before the
 * outage may be spent already. `open`: yes to everything. `closed`: no to everything.
 */
export function createFallback(mode: OnStoreError): Fallback {
  const local = memoryStore();
  /** Buckets that have begun, by scope. */
  const begun = new Map<string, Set<string>>();
  const touched = new Map<string, { readonly scope: string; readonly charge: StoreCharge }>();
  return {
    local,
    untold: note,
    over(holds) {
      if (touched.size === 0 && begun.size === 0) return nothing;
      const byScope = new Map<string, StoreCharge[]>();
      for (const [name, { scope, charge }] of touched) {
        if (!holds(scope)) continue;
        byScope.set(scope, [...(byScope.get(scope) ?? []), charge]);
        touched.delete(name);
      }
      for (const scope of begun.keys()) if (holds(scope)) begun.delete(scope);
      return byScope;
    },
    take(request, peers) {
      if (request.charges.some(({ limit }) => limit.kind === "concurrency")) {
        throw new StoreUnavailableError(
          "The shared store cannot be asked, and without it nobody knows how many places are taken; nothing was sent",
        );
      }
      if (mode === "closed")
        throw new StoreUnavailableError(
          'The shared store cannot be asked and onStoreError is "closed"; nothing was sent',
        );
      if (mode === "open") return handedOut(request, openReply(request));
      const charges = request.charges.map((charge) => shareOf(charge, peers));
      const fresh = charges.filter(({ bucket }) => begin(begun, request.scope, bucket));
      if (fresh.length > 0)
        void local.observe({ scope: request.scope, charges: fresh, pauseMs: 0, remaining: 0, refused: false });
      const reply = local.take({ ...request, charges });
      return reply instanceof Promise ? reply.then((later) => handedOut(request, later)) : handedOut(request, reply);
    },
  };
  // Who got nothing, or only looked, leaves the store's buckets as they are: else one late answer would cost all processes a full burst.
  function handedOut({ peek, scope, charges }: TakeRequest, reply: TakeReply): TakeReply {
    if (!peek && reply.slots.length > 0) note(scope, charges);
    return reply;
  }
  function note(scope: string, charges: readonly StoreCharge[]): void {
    for (const charge of charges)
      if (touched.size < MOST_TOUCHED) touched.set(`${scope} ${charge.bucket}`, { scope, charge });
  }
}

const nothing: ReadonlyMap<string, never> = new Map<string, never>();
/** Buckets remembered for the store's return. */
const MOST_TOUCHED = 1_000;
/** Scopes, and buckets of each, that are known to have begun. */
const MOST_BEGUN = 100_000;

/** A process's part of a limit; a window becomes a bucket of the same rate, since its past is in the store. */
function shareOf(charge: StoreCharge, peers: number): StoreCharge {
  const refillRate = Math.max(1e-6, rateOf(charge.limit) / peers);
  const burst = Math.max(charge.cost, 1, Math.floor(capacityOf(charge.limit) / peers));
  return { ...charge, limit: shared(refillRate, burst) };
}

const known = new Map<string, Limit>();

function shared(refillRate: number, burst: number): Limit {
  const name = `${refillRate}/${burst}`;
  let limit = known.get(name);
  if (limit === undefined) {
    if (known.size > 1000) known.clear();
    limit = tokenBucket({ refillRate, burst });
    known.set(name, limit);
  }
  return limit;
}

function begin(begun: Map<string, Set<string>>, scope: string, bucket: string): boolean {
  let own = begun.get(scope);
  if (own === undefined) {
    if (begun.size > MOST_BEGUN) begun.clear();
    begun.set(scope, (own = new Set()));
  }
  if (own.has(bucket)) return false;
  if (own.size > MOST_BEGUN) own.clear();
  own.add(bucket);
  return true;
}

function openReply({ count }: TakeRequest): TakeReply {
  const nowUs = Math.floor(performance.now() * 1000);
  return { nowUs, slots: [{ atUs: nowUs, units: count }], nextUs: nowUs, binding: 0, remaining: count, idleUs: nowUs };
}
