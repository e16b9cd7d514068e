import { type Clock, warnOnce, wholeBetween } from "@sluice/core";
import type { Limiter, Mode, StandingRules, Store, StoreCharge, TakeReply } from "@sluice/limiter";
import type { MetricsBook } from "../metrics/metrics.js";
import type { Overrides } from "../overrides/overrides.js";
import type { Identity } from "../policies/policy.js";
import type { Resolution } from "../resolution/resolution.js";
import { createAcquire } from "./acquire.js";
import { createAdvances } from "./advances.js";
import { type Answer, answerOf, decisionOf, impossible, nothing, spentHere, unlimited } from "./answer.js";
import { type Case, caseOf, none, switchedOff } from "./case.js";
import type { AcquireOptions, CheckOptions, DecisionEvent, PolicyDecision } from "./decision.js";
import { ask, type Question } from "./judge.js";
import { createLooker, nobody } from "./look.js";
import { once } from "./once.js";
import { createPlanner } from "./plans.js";
import { Refusals } from "./refusals.js";

/** What deciding needs. */
export interface DeciderOptions {
  readonly store: Store;
  readonly scope: string;
  readonly limiter: Limiter;
  readonly clock: Clock;
  readonly book: MetricsBook;
  readonly leased: boolean;
  /** Unit: milliseconds. 0 for none. */
  readonly advanceMs: number;
  readonly mode: () => Mode;
  readonly rules: () => StandingRules | undefined;
  readonly resolve: (identity: Identity, only?: string | readonly string[]) => Resolution;
  readonly overrides: Pick<Overrides, "of" | "size">;
  readonly onDecision: ((event: DecisionEvent) => void) | undefined;
}

/** Decides requests by the policies that apply to them. */
export interface Decider {
  check(identity: Identity, options?: CheckOptions): Promise<PolicyDecision>;
  checkSync(identity: Identity, options?: CheckOptions): PolicyDecision | undefined;
  acquire(identity: Identity, options?: AcquireOptions): Promise<PolicyDecision>;
  peek(identity: Identity, options?: CheckOptions): Promise<PolicyDecision>;
}

export function createDecider(around: DeciderOptions): Decider {
  const { store, scope, limiter, book, clock } = around;
  let questions = 0;
  const process = `${Math.floor(clock.wallNow()).toString(36)}${uniqueText()}`;
  const nextId = (): string => {
    questions += 1;
    return `${process}.${questions.toString(36)}`;
  };

  const refusals = new Refusals();
  const advances = createAdvances(store, process, clock, around.leased ? 0 : around.advanceMs);
  const planOf = createPlanner({
    overrides: around.overrides,
    rules: () => (around.leased ? undefined : around.rules()),
    advances,
  });
  const open = (identity: Identity, options: CheckOptions = {}, peeking = false): Case => {
    const cost = options.cost === undefined ? 1 : wholeBetween("cost", options.cost, 0, 1e6);
    const mode = around.mode();
    if (mode === "disabled") return { ...switchedOff, identity };
    const applied = around.resolve(identity, options.policy);
    return caseOf(planOf(identity, applied, mode, Math.max(1, cost)), identity, peeking || cost === 0);
  };

  const look = createLooker({ store, scope, book, nextId });
  const settle = (one: Case, answer: Answer, shadowed: readonly string[], waitedMs = 0): PolicyDecision => {
    if (!one.peek) {
      book.decided(one.identity, answer.allowed, answer.remaining);
      for (const { policy } of one.enforced) {
        const refused = !answer.allowed && answer.held?.policy === policy;
        // Those beside the one that refused were not asked to the end.
        if (answer.allowed || refused)
          book.judged(policy.name, refused ? "denied" : "allowed", answer.remaining, one.identity);
      }
    }
    const decision = decisionOf(one, answer, shadowed, waitedMs);
    if (around.onDecision !== undefined && !one.peek) tell(around.onDecision, { decision, identity: one.identity });
    return decision;
  };

  const judge = async (one: Case): Promise<PolicyDecision> => {
    const { question, never, rules } = one;
    const looking = look(one);
    if (question === undefined) return settle(one, unlimited, await looking);
    if (never !== undefined) return settle(one, impossible(question, never), await looking);
    const id = nextId();
    const asked =
      one.advance === undefined || one.peek
        ? ask({ store, scope, rules }, question, id, one.peek)
        : advances.ask(one.advance, (draw) => ask({ store, scope, rules }, question, id, false, draw));
    const reply = asked instanceof Promise ? await asked : asked;
    if (around.leased && !one.peek) refusals.note(question, reply, clock.now());
    const shadowed = looking === nobody ? none : await looking;
    return settle(one, answerOf(question, reply, rules, refundOf(one, question, reply, id)), shadowed);
  };

  /** At once: by a store in memory, or from what was drawn in advance; undefined when a store has to be asked. */
  const judgeHere = (one: Case): PolicyDecision | undefined => {
    const { question, rules } = one;
    if (one.looking.length > 0) return undefined;
    if (question === undefined) return settle(one, unlimited, none);
    if (one.never !== undefined) return settle(one, impossible(question, one.never), none);
    if (one.advance !== undefined && !one.peek) {
      const { advance } = one;
      const reply = advances.spend(advance, (draw) => ask({ store, scope, rules }, question, nextId(), false, draw));
      if (reply === undefined) return undefined;
      const spentMs = clock.now();
      const refund = once(async () => advance.putBack(clock.now() - spentMs));
      return settle(one, answerOf(question, reply, rules, refund), none);
    }
    if (!around.leased) {
      if (store.immediate !== true) return undefined;
      const id = nextId();
      const reply = ask({ store, scope, rules }, question, id, one.peek);
      if (reply instanceof Promise) return undefined;
      return settle(one, answerOf(question, reply, rules, refundOf(one, question, reply, id)), none);
    }
    if (one.peek) return undefined;
    const tightest = spendHere(question.charges);
    if (tightest !== undefined) {
      const { index, remaining } = tightest;
      const spentMs = clock.now();
      const refund = once(async () => putBack(question, clock.now() - spentMs));
      return settle(one, spentHere(question, index, remaining, refund), none);
    }
    const refusal = refusals.of(question, clock.now());
    return refusal === undefined ? undefined : settle(one, answerOf(question, refusal, rules, nothing), none);
  };
  /** Spends what all charges take from what was drawn in advance, or nothing. */
  const spendHere = (charges: readonly StoreCharge[]): { index: number; remaining: number } | undefined => {
    let tightest = { index: 0, remaining: Number.POSITIVE_INFINITY };
    for (const [index, charge] of charges.entries()) {
      const decision = charge.limit.kind === "tokenBucket" ? limiter.tryAcquireSync(charge) : undefined;
      if (decision?.kind !== "allowed") {
        for (const spent of charges.slice(0, index)) limiter.putBack?.(spent);
        return undefined;
      }
      if (decision.remaining < tightest.remaining) tightest = { index, remaining: decision.remaining };
    }
    return tightest;
  };
  const putBack = ({ charges }: Question, agoMs: number): void => {
    for (const charge of charges) limiter.putBack?.(charge, agoMs);
  };
  const refundOf = (one: Case, { charges }: Question, reply: TakeReply, id: string): (() => Promise<void>) => {
    const slot = reply.slots[0];
    if (slot === undefined || one.peek) return nothing;
    return once(async () => store.giveBack({ scope, charges, id, units: [{ atUs: slot.atUs, unit: 0 }] }));
  };

  return {
    async check(identity, options) {
      const one = open(identity, options);
      return judgeHere(one) ?? judge(one);
    },
    checkSync(identity, options) {
      return judgeHere(open(identity, options));
    },
    peek: async (identity, options) => judge(open(identity, options, true)),
    acquire: createAcquire({ store, scope, limiter, clock, open, look, settle }),
  };
}

const warn = warnOnce("SLUICE_POLICY");
/** Whoever looks on changes nothing. */
function tell(listener: (event: DecisionEvent) => void, event: DecisionEvent): void {
  try {
    listener(event);
  } catch (error) {
    warn("onDecision failed", error);
  }
}

function uniqueText(): string {
  return crypto.randomUUID().slice(0, 8);
}
