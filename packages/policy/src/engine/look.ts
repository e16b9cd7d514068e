import { isSluiceError } from "@sluice/core";
import type { Store, TakeReply } from "@sluice/limiter";
import type { MetricsBook } from "../metrics/metrics.js";
import { type Case, none } from "./case.js";
import { ask, impossibleIn, type Question, questionOf } from "./judge.js";

/** What the policies need that only look on. */
export interface LookSurroundings {
  readonly store: Store;
  readonly scope: string;
  readonly book: MetricsBook;
  /** A name for each question. */
  readonly nextId: () => string;
}

/** Names of the policies that would have refused. */
export type Looker = (one: Case) => Promise<readonly string[]>;

/** Of a case without such policies; compared with, so that nobody waits for it. */
export const nobody: Promise<readonly string[]> = Promise.resolve(none);

/** Asks the policies that only look on, in the same turn, so that they travel with the others. */
export function createLooker({ store, scope, book, nextId }: LookSurroundings): Looker {
  /** Who only looks on refuses nobody, so nobody hears that it could not look. */
  const askUnlessAway = async (
    question: Question,
    rules: Case["rules"],
    peek: boolean,
  ): Promise<TakeReply | undefined> => {
    try {
      return await ask({ store, scope, rules }, question, nextId(), peek);
    } catch (error) {
      if (isSluiceError(error) && error.code === "STORE_UNAVAILABLE") return undefined;
      throw error;
    }
  };
  return (one) => {
    if (one.looking.length === 0) return nobody;
    const { rules } = one;
    const asked = one.looking.map(async (held) => {
      const question = questionOf([held], one.cost, rules);
      if (impossibleIn(question) !== undefined) return { held, refused: true, remaining: 0 };
      const reply = await askUnlessAway(question, rules, one.peek);
      return { held, refused: reply?.slots.length === 0, remaining: reply?.remaining };
    });
    return Promise.all(asked).then((seen) => {
      for (const { held, refused, remaining } of seen)
        if (!one.peek && remaining !== undefined)
          book.judged(held.policy.name, refused ? "shadow-denied" : "allowed", remaining, one.identity);
      return seen.filter(({ refused }) => refused).map(({ held }) => held.policy.name);
    });
  };
}
