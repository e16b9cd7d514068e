import type { Clock } from "@sluice/core";
import type { Store, TakeReply } from "@sluice/limiter";
import { Advance, mostAhead } from "./advance.js";
import type { Question } from "./judge.js";

/** Puts a question, and has so many units taken along. */
export type PutQuestion = (count: number, extra: number) => TakeReply | Promise<TakeReply>;

/** Answers from what was taken along with earlier decisions. */
export interface Advances {
  /** Undefined where nothing is taken along for this question. */
  of(question: Question): Advance | undefined;
  /** Asks the store, for more than one where that is worth it. */
  ask(advance: Advance, put: PutQuestion): TakeReply | Promise<TakeReply>;
  /** The answer from here; undefined where the store has to be asked. More is asked for when it is about to be used up. */
  spend(advance: Advance, put: PutQuestion): TakeReply | undefined;
}

/** @param aheadMs - as much as refills in this time; 0 for nothing. */
export function createAdvances(store: Store, clock: Clock, aheadMs: number): Advances {
  const askFor = async (advance: Advance, count: number, extra: number, put: PutQuestion): Promise<TakeReply> => {
    const askedMs = clock.now();
    try {
      const reply = await put(count, extra);
      advance.arrived(reply, (reply.slots[0]?.units ?? 0) - count, askedMs, clock.now());
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
      return most === 0 ? undefined : new Advance(question, most);
    },
    ask(advance, put) {
      advance.came(clock.now());
      const extra = advance.wanted(store.peers ?? 1);
      return extra === 0 ? put(1, 0) : askFor(advance, 1, extra, put);
    },
    spend(advance, put) {
      const reply = advance.spend(clock.now());
      if (reply === undefined || !advance.low) return reply;
      const extra = advance.wanted(store.peers ?? 1);
      // The store says itself that it is away; whoever asks next asks it.
      if (extra > 0) askFor(advance, 0, extra, put).catch(() => {});
      return reply;
    },
  };
}
