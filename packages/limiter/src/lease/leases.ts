import type { Clock, Timer } from "@sluice/core";
import type { Decision } from "../limiter/decision.js";
import { nextQuestionId } from "../limiter/question-id.js";
import type { TokenBucketLimit } from "../limits/token-bucket.js";
import type { GiveBackRequest, Store, TakeReply, TakeRequest } from "../store/store.js";
import { type LeaseConfig, type LeaseOptions, resolveLease } from "./options.js";
import { BOOKED_MS, hardlyNoticed, Pot, RENEW_MS } from "./pot.js";
import { Returns } from "./returns.js";

/** A store in front of which this process keeps tokens that it has drawn in advance. */
export interface Leases extends Store {
  /** Takes back into the pot what was spent from it so long ago. */
  putBack(bucket: string, cost: number, agoMs: number): void;
  /** Gives back what is not spent. The store itself stays open. */
  giveBackAll(): Promise<void>;
}

/** Most buckets with a pot; beyond that the store is asked each time. */
const MOST_POTS = 10_000;
/** How long a lease should last for each bucket in use, so that drawing for many of them takes a small part of the time. Unit: milliseconds. */
const AHEAD_PER_POT_MS = 0.5;
/** How many answers of the store it should last for. */
const AHEAD_PER_ANSWER = 4;
/** Who was away for longer than that is new. Unit: milliseconds. */
const RETURNS_WITHIN_MS = 1_000;
/** Who comes less often than so many times within the idle time is asked about each time: drawing and giving back would cost more. */
const LEAST_VISITS = 2;

/**
 * Puts leases in front of a store: token buckets are decided here and at once from tokens drawn in advance, and the store is asked for
 * the next ones meanwhile. Drawn first and spent later, so the limit holds whatever happens; a killed process loses what it held.
 * Everything else, waiting included, goes to the store as before.
 */
export function createLeases(store: Store, scope: string, clock: Clock, options: LeaseOptions): Leases {
  const config: LeaseConfig = resolveLease(options);
  const holder = nextQuestionId();
  const pots = new Map<string, Pot>();
  const returns = config.returningOnly ? new Returns(MOST_POTS, RETURNS_WITHIN_MS) : undefined;
  let lastBucket: string | undefined;
  let lastPot: Pot | undefined;
  let idleTimer: Timer | undefined;
  let closed = false;

  const potOf = (bucket: string, limit: TokenBucketLimit, nowMs: number): Pot | undefined => {
    if (bucket === lastBucket && lastPot?.limit === limit) return lastPot;
    let pot = pots.get(bucket);
    if (pot === undefined || !sameNumbers(pot.limit, limit)) {
      if (pot !== undefined) void settle(giveBack(bucket, pot));
      else if (pots.size >= MOST_POTS) return undefined;
      // Other numbers for a bucket in use make nobody new.
      const known = pot !== undefined || returns === undefined;
      const sinceMs = known ? nowMs : returns.since(bucket, nowMs, store.latencyMs);
      if (sinceMs === undefined || !worthIt(limit, nowMs - sinceMs)) return undefined;
      pot = new Pot(limit, config, nowMs, sinceMs);
      pots.set(bucket, pot);
      watchIdle();
    }
    lastBucket = bucket;
    lastPot = pot;
    return pot;
  };
  /** Whether tokens drawn for who comes that seldom are spent before they go back. */
  const worthIt = (limit: TokenBucketLimit, apartMs: number): boolean =>
    apartMs <= config.idleMs / LEAST_VISITS || hardlyNoticed(limit, apartMs, store.peers ?? 1);
  const giveBack = async (bucket: string, pot: Pot): Promise<void> => {
    const { tokens, coming } = pot.empty(clock.now());
    const back = (cost: number, atUs: number): Omit<GiveBackRequest, "loan"> => ({
      scope,
      charges: [{ bucket, limit: pot.limit, cost }],
      id: nextQuestionId(),
      units: [{ atUs, unit: 0 }],
    });
    if (coming !== undefined) await store.giveBack(back(coming.tokens, coming.atUs));
    if (tokens > 0) await store.giveBack({ ...back(tokens, pot.atUs), loan: { holder, unspent: 0, leaseMs: 0 } });
  };
  const draw = async (bucket: string, pot: Pot, cost: number): Promise<void> => {
    if (pot.drawing || closed) return;
    pot.drawing = true;
    // What is spent while the draw is under way is settled by the next one.
    const unspent = pot.tokens;
    const leastMs = Math.max(pots.size * AHEAD_PER_POT_MS, store.latencyMs * AHEAD_PER_ANSWER);
    const aheadMs = Math.max(config.aheadMs, Math.min(leastMs, RENEW_MS));
    const count = pot.wanted(cost, store.peers ?? 1, clock.now(), aheadMs);
    try {
      const charges = [{ bucket, limit: pot.limit, cost: 1 }];
      // What is not there yet is booked, in the order of the draws: whoever draws first does not get all.
      const question = {
        scope,
        charges,
        count,
        ahead: 1,
        group: count,
        withinMs: BOOKED_MS,
        id: nextQuestionId(),
        peek: false,
      };
      const loan = { holder, unspent, leaseMs: pot.leaseMs };
      const reply = await store.take({ ...question, loan });
      pot.drawn(reply, clock.now());
      // Closed, or taken for dead, meanwhile: nobody would spend them.
      if (closed || pots.get(bucket) !== pot) await giveBack(bucket, pot);
    } catch {
      // The store is away, and says so itself; whoever asks next tries again.
      pot.drawing = false;
    }
  };
  const watchIdle = (): void => {
    if (idleTimer !== undefined || closed) return;
    idleTimer = clock.setTimer(() => {
      idleTimer = undefined;
      const nowMs = clock.now();
      for (const [bucket, pot] of pots) {
        if (nowMs - pot.usedMs < pot.idleMs || pot.drawing) continue;
        pots.delete(bucket);
        if (pot === lastPot) lastPot = undefined;
        void settle(giveBack(bucket, pot));
      }
      if (pots.size > 0) watchIdle();
    }, config.idleMs);
    idleTimer.unref();
  };

  return {
    get latencyMs() {
      return store.latencyMs;
    },
    get peers() {
      return store.peers ?? 1;
    },
    decide(_scope: string, bucket: string, limit: TokenBucketLimit, cost: number): Decision | undefined {
      const nowMs = clock.now();
      const pot = potOf(bucket, limit, nowMs);
      if (pot === undefined) return { kind: "delayed", retryAfterMs: store.latencyMs, bucket };
      const spent = pot.spend(cost, nowMs);
      if (!pot.drawing && !pot.expecting && (pot.old(nowMs) || (pot.low && pot.nextMs <= nowMs)))
        void draw(bucket, pot, cost);
      if (spent) return { kind: "allowed", remaining: pot.tokens, resetAfterMs: 0 };
      return { kind: "delayed", retryAfterMs: Math.max(store.latencyMs, pot.hopedMs - nowMs), bucket };
    },
    take(request: TakeRequest): TakeReply | Promise<TakeReply> {
      return fromPot(pots, request, clock.now()) ?? store.take(request);
    },
    giveBack: (request) => store.giveBack(request),
    landed: (request) => store.landed(request),
    renew: (request) => store.renew?.(request) ?? false,
    async observe(request) {
      // What a provider says is about tokens drawn as well.
      for (const { bucket } of request.charges) pots.get(bucket)?.empty(clock.now());
      await store.observe(request);
    },
    onPause(_scope, listener) {
      return store.onPause(scope, (pause) => {
        for (const bucket of pause.buckets) pots.get(bucket)?.empty(clock.now());
        listener(pause);
      });
    },
    onRelease: (_scope, listener) => store.onRelease?.(scope, listener) ?? (() => {}),
    putBack: (bucket, cost, agoMs) => pots.get(bucket)?.unspend(cost, agoMs),
    async giveBackAll() {
      closed = true;
      idleTimer?.cancel();
      const left = [...pots];
      pots.clear();
      lastPot = undefined;
      await Promise.allSettled(left.map(([bucket, pot]) => giveBack(bucket, pot)));
    },
    close: () => store.close(),
  };
}

/** One unit out of the pot, for those who ask with a promise; undefined where the pot has too little. */
function fromPot(pots: ReadonlyMap<string, Pot>, request: TakeRequest, nowMs: number): TakeReply | undefined {
  const [charge, second] = request.charges;
  if (charge?.limit.kind !== "tokenBucket" || second !== undefined || request.peek || request.count !== 1)
    return undefined;
  const pot = pots.get(charge.bucket);
  if (pot === undefined || !sameNumbers(pot.limit, charge.limit) || !pot.spend(charge.cost, nowMs)) return undefined;
  const { atUs, tokens } = pot;
  return { nowUs: atUs, slots: [{ atUs, units: 1 }], nextUs: atUs, binding: 0, remaining: tokens, idleUs: atUs };
}

function sameNumbers(one: TokenBucketLimit, other: TokenBucketLimit): boolean {
  return one === other || (one.refillRate === other.refillRate && one.burst === other.burst);
}

async function settle(done: Promise<void>): Promise<void> {
  try {
    await done;
  } catch {
    // Tokens that cannot be given back are lost, never granted twice.
  }
}
