import {
  encodePart,
  largestCostOf,
  type Mode,
  type StandingRequest,
  type StandingRules,
  type Store,
  type StoreCharge,
  type TakeReply,
} from "@sluice/limiter";
import type { Draw } from "./advances.js";
import { bucketName, subjectName } from "../resolution/names.js";
import type { NormalPolicy } from "../policies/policy.js";
import type { Applied, Resolution } from "../resolution/resolution.js";
import { limitsOf, type PolicyLimit } from "./charges.js";

/** A policy with the limits that hold in this case, which an override may have changed. */
export interface Held {
  readonly policy: NormalPolicy;
  readonly subject: Applied["subject"];
  readonly limits: readonly PolicyLimit[];
  readonly enforced: boolean;
  /** Names buckets of its own: what was used up before an override granted more does not count against it. @defaultValue `""` */
  readonly apart?: string;
}

/** Charges of policies that are taken together, with whose and which each of them is. */
export interface Question {
  readonly charges: readonly StoreCharge[];
  readonly owners: readonly { readonly held: Held; readonly limit: PolicyLimit }[];
  readonly standings: readonly StandingRequest[];
  /** Names behind the standings, in their order. */
  readonly subjects: readonly string[];
}

/** Where and by which rules of conduct is asked. */
export interface JudgeSurroundings {
  readonly store: Store;
  readonly scope: string;
  /** Undefined when conduct changes nothing. */
  readonly rules: StandingRules | undefined;
}

/** The scope in which an engine's buckets live together. */
export function scopeOf(engine: string): string {
  return `${encodePart("policy")}:${encodePart(engine)}`;
}

/** What these policies take from their buckets. */
export function questionOf(held: readonly Held[], cost: number, rules: StandingRules | undefined): Question {
  const charges: StoreCharge[] = [];
  const owners: { held: Held; limit: PolicyLimit }[] = [];
  const followers = new Map<
    string,
    { penalty: number; charges: { index: number; burst: number; elastic: boolean }[] }
  >();
  for (const one of held) {
    const { policy, subject } = one;
    const whose = rules === undefined || policy.reputation === undefined ? undefined : subjectName(subject);
    for (const limit of one.limits) {
      if (whose !== undefined) {
        const follower = followers.get(whose) ?? { penalty: 0, charges: [] };
        followers.set(whose, follower);
        if (one.enforced)
          follower.penalty = Math.max(follower.penalty, (policy.reputation?.penalty ?? 1) * Math.min(cost, 1));
        follower.charges.push({ index: charges.length, burst: limit.burst, elastic: limit.elastic });
      }
      charges.push({
        bucket: bucketName(policy.name, limit.window.windowMs, subject) + limit.suffix + (one.apart ?? ""),
        limit: limit.limit,
        cost: cost * policy.cost,
      });
      owners.push({ held: one, limit });
    }
  }
  const standings = [...followers].map(([subject, own]): StandingRequest => ({
    subject,
    rules: rules as StandingRules,
    ...own,
  }));
  return { charges, owners, standings, subjects: [...followers.keys()] };
}

/** The charge that can never be paid, if there is one. */
export function impossibleIn({ charges }: Question): number | undefined {
  const index = charges.findIndex(({ limit, cost }) => cost > largestCostOf(limit));
  return index < 0 ? undefined : index;
}

/**
 * Now or no, in one step for all of them.
 *
 * @param draw - asks for so many in place of one.
 */
export function ask(
  { store, scope }: JudgeSurroundings,
  { charges, standings }: Question,
  id: string,
  peek: boolean,
  draw?: Draw,
): TakeReply | Promise<TakeReply> {
  if (draw !== undefined) {
    const { count, loan, nobody } = draw;
    const conduct = nobody ? standings.map((standing) => ({ ...standing, penalty: 0 })) : standings;
    const question = { scope, charges, count, loan, ahead: 0, group: 1, withinMs: 0, id, peek };
    return store.take(conduct.length === 0 ? question : { ...question, standings: conduct });
  }
  // Field by field: this is on the way of every request.
  if (standings.length === 0)
    return store.take({ scope, charges, count: 1, ahead: 0, group: 1, withinMs: 0, id, peek });
  return store.take({ scope, charges, count: 1, ahead: 0, group: 1, withinMs: 0, id, peek, standings });
}

/** Which policies are enforced, and which only look on. */
export function holdAll(applied: Resolution, mode: Mode): Held[] {
  return applied.map(({ policy, subject }) => ({
    policy,
    subject,
    limits: limitsOf(policy),
    enforced: mode === "enforce" && policy.mode === "enforce",
  }));
}
