import type { StandingRules, StandingSight, TakeReply } from "@sluice/limiter";
import { reputationOf } from "../reputation/rules.js";
import type { Case } from "./case.js";
import type { PolicyDecision, Reputation } from "./decision.js";
import type { Held, Question } from "./judge.js";

/** What came of a question. */
export interface Answer {
  readonly allowed: boolean;
  readonly held: Held | undefined;
  readonly limit: Question["owners"][number]["limit"] | undefined;
  readonly remaining: number;
  readonly retryAfterMs: number;
  readonly resetAfterMs: number;
  readonly reputation: Reputation | undefined;
  readonly refund: () => Promise<void>;
}

/** A refund of what took nothing. */
export const nothing = async (): Promise<void> => {};

/** Where no policy holds. */
export const unlimited: Answer = {
  allowed: true,
  held: undefined,
  limit: undefined,
  remaining: Number.POSITIVE_INFINITY,
  retryAfterMs: 0,
  resetAfterMs: 0,
  reputation: undefined,
  refund: nothing,
};

// The objects of each decision are made field by field: with a spread, making them takes as long as all the rest.

export function decisionOf(one: Case, answer: Answer, shadowed: readonly string[], waitedMs: number): PolicyDecision {
  const { held, limit } = answer;
  return {
    allowed: answer.allowed,
    policy: held?.policy.name,
    scope: held?.policy.scope,
    window: limit?.window,
    limit: limit?.window.limit ?? Number.POSITIVE_INFINITY,
    remaining: answer.remaining,
    retryAfterMs: answer.retryAfterMs,
    resetAfterMs: answer.resetAfterMs,
    strategy: held?.policy.strategy ?? "reject",
    reputation: answer.reputation,
    override: one.override,
    mode: one.mode,
    policies: one.names,
    shadowed,
    waitedMs,
    refund: answer.refund,
  };
}

export function ownerOf({ owners }: Question, index: number): Pick<Answer, "held" | "limit"> {
  const owner = owners[index];
  return { held: owner?.held, limit: owner?.limit };
}

export function spentHere({ owners }: Question, index: number, remaining: number, refund: () => Promise<void>): Answer {
  return {
    held: owners[index]?.held,
    limit: owners[index]?.limit,
    allowed: true,
    remaining,
    retryAfterMs: 0,
    resetAfterMs: 0,
    reputation: undefined,
    refund,
  };
}

export function answerOf(
  question: Question,
  reply: TakeReply,
  rules: StandingRules | undefined,
  refund: () => Promise<void>,
): Answer {
  const allowed = reply.slots.length > 0;
  const index = allowed ? (reply.least ?? 0) : reply.binding;
  const owner = question.owners[index];
  return {
    held: owner?.held,
    limit: owner?.limit,
    allowed,
    remaining: allowed ? reply.remaining : 0,
    retryAfterMs: allowed ? 0 : Math.max(1, (reply.nextUs - reply.nowUs) / 1000),
    resetAfterMs: Math.max(0, reply.idleUs - reply.nowUs) / 1000,
    reputation: reputationFor(question, index, reply.standings ?? [], rules),
    refund,
  };
}

export function impossible(question: Question, index: number): Answer {
  return {
    ...unlimited,
    ...ownerOf(question, index),
    allowed: false,
    remaining: 0,
    retryAfterMs: Number.POSITIVE_INFINITY,
  };
}

export function reputationFor(
  { standings }: Question,
  index: number,
  sights: readonly StandingSight[],
  rules: StandingRules | undefined,
): Reputation | undefined {
  if (rules === undefined) return undefined;
  // One standing for all is the usual case.
  const only = standings.length === 1 && standings[0]?.charges[0]?.index === index;
  const which = only ? 0 : standings.findIndex(({ charges }) => charges.some((charge) => charge.index === index));
  const sight = sights[which];
  return sight === undefined ? undefined : reputationOf(sight, rules);
}
