import { type Clock, ConfigError, isSluiceError, LimitExceededError, warnOnce, wholeBetween } from "@sluice/core";
import {
  type Limiter,
  type Mode,
  scaleLimit,
  type StandingRules,
  type StandingSight,
  type Store,
  type StoreCharge,
  type TakeReply,
} from "@sluice/limiter";
import type { MetricsBook } from "../metrics/metrics.js";
import type { Override } from "../overrides/override.js";
import type { Overrides } from "../overrides/overrides.js";
import { limitsUnder } from "../overrides/limits-under.js";
import type { Identity } from "../policies/policy.js";
import type { Resolution } from "../resolution/resolution.js";
import {
  type Answer,
  answerOf,
  decisionOf,
  impossible,
  nothing,
  ownerOf,
  reputationFor,
  spentHere,
  unlimited,
} from "./answer.js";
import { type Case, caseOf, none, type Plan, switchedOff } from "./case.js";
import { createAdvances } from "./advances.js";
import type { AcquireOptions, CheckOptions, DecisionEvent, PolicyDecision } from "./decision.js";
import { ask, type Held, holdAll, impossibleIn, type Question, questionOf } from "./judge.js";
import { Recent } from "./recent.js";
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

/** As many plans as resolutions that are remembered. */
const MOST_PLANS = 10_000;

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
  const plans = new Recent<Resolution, Plan>(MOST_PLANS);
  const planOf = (identity: Identity, applied: Resolution, mode: Mode, cost: number): Plan => {
    const rules = around.leased ? undefined : around.rules();
    const { overrides } = around;
    const plain =
      overrides.size === 0 || applied.every(({ policy }) => overrides.of(identity, policy.name) === undefined);
    if (plain) {
      const known = plans.get(applied);
      if (known !== undefined && known.mode === mode && known.rules === rules && known.cost === cost) return known;
    }
    let override: Override | undefined;
    const enforced: Held[] = [];
    const looking: Held[] = [];
    for (const one of holdAll(applied, mode)) {
      const own = plain ? undefined : overrides.of(identity, one.policy.name);
      override ??= own;
      const limits = own === undefined ? one.limits : limitsUnder(own, one.policy);
      if (limits === undefined) continue;
      (one.enforced ? enforced : looking).push(own === undefined ? one : { ...one, limits, apart: apartFor(own) });
    }
    const question = enforced.length === 0 ? undefined : questionOf(enforced, cost, rules);
    const never = question === undefined ? undefined : impossibleIn(question);
    const ahead = plain && looking.length === 0 && never === undefined && question !== undefined;
    const advance = ahead ? advances.of(question) : undefined;
    const names = [...enforced, ...looking].map(({ policy }) => policy.name);
    const plan = { mode, rules, cost, enforced, looking, override, question, never, names, advance };
    if (plain) plans.set(applied, plan);
    return plan;
  };
  const open = (identity: Identity, options: CheckOptions = {}, peeking = false): Case => {
    const cost = options.cost === undefined ? 1 : wholeBetween("cost", options.cost, 0, 1e6);
    const mode = around.mode();
    if (mode === "disabled") return { ...switchedOff, identity };
    const applied = around.resolve(identity, options.policy);
    return caseOf(planOf(identity, applied, mode, Math.max(1, cost)), identity, peeking || cost === 0);
  };

  /** Asks the policies that only look on, in the same turn, so that they travel with the others. */
  const look = (one: Case): Promise<readonly string[]> => {
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
      return settle(
        one,
        answerOf(
          question,
          reply,
          rules,
          once(async () => advance.putBack()),
        ),
        none,
      );
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
      return settle(
        one,
        spentHere(
          question,
          index,
          remaining,
          once(async () => putBack(question)),
        ),
        none,
      );
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
  const putBack = ({ charges }: Question): void => {
    for (const charge of charges) limiter.putBack?.(charge);
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
    async acquire(identity, { policy, cost, ...how } = {}) {
      const one = open(identity, { policy, cost });
      how.signal?.throwIfAborted();
      const { question, never, rules } = one;
      const looking = look(one);
      if (question === undefined || one.peek) return settle(one, unlimited, await looking);
      if (never !== undefined) throw costError(question, never);
      const sights = await standingsOf(store, scope, question, rules);
      const charges = scaled(question, sights);
      try {
        const grant = await limiter.acquire(charges, how);
        const answer: Answer = {
          ...ownerOf(question, 0),
          allowed: true,
          remaining: grant.remaining,
          retryAfterMs: 0,
          resetAfterMs: 0,
          reputation: reputationFor(question, 0, sights, rules),
          refund: once(() => grant.giveBack()),
        };
        return settle(one, answer, await looking, grant.waitedMs);
      } catch (error) {
        if (error instanceof LimitExceededError) refusedLate(book, one, question, error);
        throw error;
      }
    },
  };
}

const warn = warnOnce("SLUICE_POLICY");
const nobody: Promise<readonly string[]> = Promise.resolve(none);
async function standingsOf(
  store: Store,
  scope: string,
  { subjects }: Question,
  rules: StandingRules | undefined,
): Promise<readonly StandingSight[]> {
  if (rules === undefined || subjects.length === 0) return [];
  return (await store.standings?.(scope, subjects, rules)) ?? [];
}

/** The charges at the rates that conduct has earned. */
function scaled({ charges, standings }: Question, sights: readonly StandingSight[]): StoreCharge[] {
  const own = [...charges];
  for (const [which, { charges: following }] of standings.entries()) {
    const rate = sights[which]?.rate ?? 1;
    for (const { index, ...how } of following) {
      const charge = own[index] as StoreCharge;
      own[index] = { ...charge, limit: scaleLimit(charge.limit, rate, charge.cost, how) };
    }
  }
  return own;
}

function refusedLate(
  book: MetricsBook,
  one: Case,
  { charges, owners }: Question,
  { bucket }: LimitExceededError,
): void {
  const index = charges.findIndex((charge) => charge.bucket === bucket);
  const name = owners[Math.max(0, index)]?.held.policy.name;
  book.decided(one.identity, false, 0);
  if (name !== undefined) book.judged(name, "denied", 0, one.identity);
}

function costError({ charges, owners }: Question, index: number): ConfigError {
  const most = owners[index]?.limit.window;
  return new ConfigError({
    option: "cost",
    accepted: `at most ${(most?.limit ?? 0) + (most?.burst ?? 0)}, which policy ${owners[index]?.held.policy.name ?? ""} allows at once`,
    value: charges[index]?.cost,
  });
}

/** More is granted from buckets of its own, less from those there are. */
function apartFor({ id, multiply }: Override): string {
  return multiply !== undefined && multiply <= 1 ? "" : `!${id}`;
}

/** Whoever looks on changes nothing. */
function tell(listener: (event: DecisionEvent) => void, event: DecisionEvent): void {
  try {
    listener(event);
  } catch (error) {
    warn("onDecision failed", error);
  }
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= act());
}

function uniqueText(): string {
  return crypto.randomUUID().slice(0, 8);
}
