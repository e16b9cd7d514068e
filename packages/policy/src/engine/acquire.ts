import { type Clock, ConfigError, LimitExceededError } from "@sluice/core";
import {
  type Limiter,
  scaleLimit,
  type StandingRules,
  type StandingSight,
  type Store,
  type StoreCharge,
} from "@sluice/limiter";
import type { Identity } from "../policies/policy.js";
import { type Answer, ownerOf, nothing, reputationFor, unlimited } from "./answer.js";
import type { Case } from "./case.js";
import type { AcquireOptions, CheckOptions, PolicyDecision } from "./decision.js";
import type { Question } from "./judge.js";
import type { Looker } from "./look.js";
import { once } from "./once.js";

/** What waiting for tokens needs. */
export interface AcquireSurroundings {
  readonly store: Store;
  readonly scope: string;
  readonly limiter: Limiter;
  readonly clock: Clock;
  readonly open: (identity: Identity, options: CheckOptions) => Case;
  readonly look: Looker;
  readonly settle: (one: Case, answer: Answer, shadowed: readonly string[], waitedMs: number) => PolicyDecision;
}

/** Waits for what the policies that apply to an identity allow. */
export function createAcquire({ store, scope, limiter, clock, open, look, settle }: AcquireSurroundings) {
  return async (identity: Identity, { policy, cost, ...how }: AcquireOptions = {}): Promise<PolicyDecision> => {
    const one = open(identity, { policy, cost });
    how.signal?.throwIfAborted();
    const { question, never, rules } = one;
    const looking = look(one);
    if (question === undefined || one.peek) return settle(one, unlimited, await looking, 0);
    if (never !== undefined) throw costError(question, never);
    const sights = await standingsOf(store, scope, question, rules);
    const charges = scaled(question, sights);
    const askedMs = clock.now();
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
      if (error instanceof LimitExceededError) {
        const waitedMs = clock.now() - askedMs;
        settle(one, refusedLate(question, error, sights, rules), await looking, waitedMs);
      }
      throw error;
    }
  };
}

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
  question: Question,
  { bucket, retryAfterMs }: LimitExceededError,
  sights: readonly StandingSight[],
  rules: StandingRules | undefined,
): Answer {
  const index = Math.max(
    0,
    question.charges.findIndex((charge) => charge.bucket === bucket),
  );
  return {
    ...ownerOf(question, index),
    allowed: false,
    remaining: 0,
    retryAfterMs,
    resetAfterMs: 0,
    reputation: reputationFor(question, index, sights, rules),
    refund: nothing,
  };
}

function costError({ charges, owners }: Question, index: number): ConfigError {
  const most = owners[index]?.limit.window;
  return new ConfigError({
    option: "cost",
    accepted: `at most ${(most?.limit ?? 0) + (most?.burst ?? 0)}, which policy ${owners[index]?.held.policy.name ?? ""} allows at once`,
    value: charges[index]?.cost,
  });
}
