import { ConfigError } from "@sluice/core";
import type { StandingRules, Store } from "@sluice/limiter";
import type { Control } from "../control/control.js";
import type { Reputations } from "../engine/engine.js";
import type { Identity } from "../policies/policy.js";
import { isApiKeyDigest } from "../policies/api-key-digest.js";
import type { SubjectPart } from "../resolution/resolution.js";
import { factsOf } from "../resolution/facts.js";
import { subjectName } from "../resolution/names.js";
import { subjectOf } from "../resolution/subject.js";
import { reputationOf } from "./rules.js";

/** The record whose value forgives all who stood under another one. */
export const generationRecord = "reputation";

/** What is needed to look at standings. */
export interface ReputationSurroundings {
  readonly control: Control;
  readonly store: Store;
  readonly scope: string;
  readonly author: string;
  readonly rules: () => StandingRules | undefined;
}

/** Conduct of identities, as the buckets' store keeps it. */
export function createReputations({ control, store, scope, author, rules }: ReputationSurroundings): Reputations {
  return {
    async get(whose) {
      const own = rules();
      const subject = nameOf(whose);
      if (own === undefined) return { violations: 0, bonus: 0, rate: 1, score: 100 };
      await control.ready();
      const [sight] = (await store.standings?.(scope, [subject], rules() ?? own)) ?? [];
      return reputationOf(sight ?? { violations: 0, bonus: 0, rate: 1 }, own);
    },
    async reset(whose, why = {}) {
      const entry = { author: why.author ?? author, reason: why.reason ?? "reset" };
      if (whose === undefined) {
        await control.refresh();
        const generation = String(Number(control.records.get(generationRecord) ?? "0") + 1);
        await control.change({
          records: { [generationRecord]: generation },
          entry: { action: "reputation.reset", subject: "everybody", ...entry },
        });
        return;
      }
      const subject = nameOf(whose);
      await store.forgive?.(scope, [subject]);
      await control.change({ records: {}, entry: { action: "reputation.reset", subject, ...entry } });
    },
  };
}

/** The name under which the one part that an identity names is known. */
function nameOf(whose: Identity): string {
  const named = subjects.filter((kind) => whose?.[kind] !== undefined);
  const [kind, second] = named;
  const parts = kind === undefined || second !== undefined ? undefined : partsOf(kind, whose);
  const name = parts === undefined ? undefined : subjectName(parts);
  if (name === undefined)
    throw new ConfigError({ option: "identity", accepted: `exactly one of ${subjects.join(", ")}`, value: named });
  return name;
}

/** Who administers knows keys by their digests; who sends one is never taken for what it is the digest of. */
function partsOf(kind: (typeof subjects)[number], whose: Identity): readonly SubjectPart[] | undefined {
  const { apiKey } = whose;
  if (kind === "apiKey" && typeof apiKey === "string" && isApiKeyDigest(apiKey)) return [{ kind, value: apiKey }];
  return subjectOf({ per: [kind] }, factsOf(whose));
}

const subjects = ["user", "tenant", "ip", "apiKey"] as const;
