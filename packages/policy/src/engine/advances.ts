import type { Clock } from "@sluice/core";
import type { Loan, Store, TakeReply } from "@sluice/limiter";
import { Advance, KEPT_MS, mostAhead } from "./advance.js";
import type { Question } from "./judge.js";

/** How many are asked for, and as whose loan. */
export interface Draw {
  readonly count: number;
  readonly loan: Loan;
  /** Whether nobody is behind it whom a refusal would be about. */
  readonly nobody: boolean;
}

/** Puts a question: for one, or for a draw. */
export type PutQuestion = (draw?: Draw) => TakeReply | Promise<TakeReply>;

/** Answers from what was taken along with earlier decisions. */
export interface Advances {
  /** Undefined where nothing is taken along for this question. */
  of(question: Question): Advance | undefined;
  /** Asks the store, for more than one where that is worth it. */
  ask(advance: Advance, put: PutQuestion): Promise<TakeReply>;
  /** The answer from here; undefined where the store has to be asked. More is asked for when it is about to be used up. */
  spend(advance: Advance, put: PutQuestion): TakeReply | undefined;
}

/** The store holds the place of what is out for longer than it is spent: a token never comes on top of a bucket that has filled up. */
const LEASE_MS = KEPT_MS + 100;

/**
 * @param holder - names this engine in this process, see `Loan`.
 * @param aheadMs - as much as refills in this time; 0 for nothing.
 */
export function createAdvances(store: Store, holder: string, clock: Clock, aheadMs: number): Advances {
  const drawFor = async (advance: Advance, own: number, extra: number, put: PutQuestion): Promise<TakeReply> => {
    const askedMs = clock.now();
    advance.asking();
    try {
      const loan = { holder, unspent: advance.unspent(askedMs), leaseMs: LEASE_MS };
      const reply = await put({ count: own + extra, loan, nobody: own === 0 });
      const nowMs = clock.now();
      advance.heard(reply, nowMs);
      advance.arrived((reply.slots[0]?.units ?? 0) - own, askedMs, nowMs);
      return reply;
    } catch (error) {
      advance.failed();
      throw error;
    }
  };
  return {
    of(question) {
      // A store that answers at once is asked each time.
      const most = aheadMs === 0 || store.immediate === true ? 0 : mostAhead(question, aheadMs);
      const limit = question.charges[0]?.limit;
      return most === 0 || limit?.kind !== "tokenBucket" ? undefined : new Advance(most, limit.burst, limit.refillRate);
    },
    async ask(advance, put) {
      const nowMs = clock.now();
      advance.came(nowMs);
      const extra = advance.wanted(nowMs, store.peers ?? 1);
      if (extra > 0) return drawFor(advance, 1, extra, put);
      const reply = await put();
      advance.heard(reply, clock.now());
      return reply;
    },
    spend(advance, put) {
      const nowMs = clock.now();
      const reply = advance.spend(nowMs);
      if (reply === undefined || !advance.low(nowMs)) return reply;
      const extra = advance.wanted(nowMs, store.peers ?? 1);
      // The store says itself that it is away; whoever asks next asks it.
      if (extra > 0) drawFor(advance, 0, extra, put).catch(() => {});
      return reply;
    },
  };
}
