import { anObject, between, type Clock, ConfigError, systemClock, wholeBetween } from "@sluice/core";
import type { Identity, NormalPolicy } from "../policies/policy.js";
import { type Candidate, choose, chooseAll } from "./choose.js";
import { type Facts, factsOf } from "./facts.js";
import { Memory } from "./memory.js";
import { PolicyIndex } from "./policy-index.js";
import type { Resolution } from "./resolution.js";
import { subjectOf } from "./subject.js";

/** Settings of a resolver. */
export interface ResolverOptions {
  /** How long what applies to an identity is remembered. Unit: milliseconds. Range: 0 to an hour. @defaultValue 60000 */
  readonly cacheMs?: number;
  /** Most identities remembered. Range: whole numbers 2 to 1e6. @defaultValue 20000 */
  readonly maxCached?: number;
  readonly clock?: Clock;
}

/** Says which policies hold for whom. */
export interface Resolver {
  /**
   * The policies that hold for an identity, and whose buckets they take from.
   *
   * @param only - these policies, by name: all of them hold, whether or not they match, as far as those they count by are known.
   * @throws ConfigError for a field that is no text, and for a name that no policy has.
   */
  resolve(identity: Identity, only?: string | readonly string[]): Resolution;
  /** Takes other policies from now on, and forgets what applied. */
  replace(policies: readonly NormalPolicy[]): void;
  /** Identities remembered now. */
  readonly cached: number;
}

/**
 * Makes a resolver. Finding takes a time that hardly grows with the number of policies; what was found is remembered.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function createResolver(policies: readonly NormalPolicy[], options: ResolverOptions = {}): Resolver {
  anObject("options", options);
  const { clock = systemClock } = options;
  const cacheMs = between("cacheMs", options.cacheMs ?? 60_000, 0, 3_600_000);
  const memory = new Memory<Resolution>(wholeBetween("maxCached", options.maxCached ?? 20_000, 2, 1e6) >> 1);
  let rules = new Rules(policies);
  let sinceMs = clock.now();

  return {
    resolve(identity, only) {
      if (typeof identity !== "object" || identity === null)
        throw new ConfigError({ option: "identity", accepted: "an object", value: identity });
      const topic = only === undefined ? "" : topicOf(only);
      const nowMs = clock.now();
      if (nowMs - sinceMs >= cacheMs) {
        memory.clear();
        sinceMs = nowMs;
      }
      const known = memory.get(topic, identity);
      if (known !== undefined) return known;
      const found = rules.resolve(factsOf(identity), only);
      if (cacheMs > 0) memory.set(topic, identity, found);
      return found;
    },
    replace(newPolicies) {
      rules = new Rules(newPolicies);
      memory.clear();
      sinceMs = clock.now();
    },
    get cached() {
      return memory.size;
    },
  };
}

/** Names of policies hold no spaces; what does is no name, and refused. */
function topicOf(only: string | readonly string[]): string {
  return typeof only === "string" ? only : `${only.length} ${only.join(" ")}`;
}

/** A policy with whom it spares. */
interface Rule {
  readonly policy: NormalPolicy;
  readonly spares: PolicyIndex<true> | undefined;
}

class Rules {
  readonly #index = new PolicyIndex<Rule>();
  readonly #byName = new Map<string, Rule>();

  constructor(policies: readonly NormalPolicy[]) {
    for (const policy of policies) {
      const rule = { policy, spares: sparesOf(policy) };
      this.#byName.set(policy.name, rule);
      if (policy.mode !== "disabled") this.#index.add(policy.scope, policy.values, rule);
    }
  }

  resolve(facts: Facts, only: string | readonly string[] | undefined): Resolution {
    const matches = this.#matches(facts);
    if (only !== undefined) return this.#resolveOnly(matches, facts, [only].flat());
    const candidates = [...matches].flatMap(([rule, match]) =>
      isSpared(rule, facts) ? [] : candidateOf(rule, match, facts),
    );
    return choose(candidates);
  }

  #resolveOnly(matches: ReadonlyMap<Rule, Match>, facts: Facts, names: readonly string[]): Resolution {
    const candidates = [...new Set(names)].flatMap((name) => {
      const rule = this.#byName.get(name);
      if (rule === undefined)
        throw new ConfigError({ option: "policy", accepted: "the name of a policy there is", value: name });
      const match = matches.get(rule) ?? { specificity: 0, role: undefined };
      return rule.policy.mode === "disabled" ? [] : candidateOf(rule, match, facts);
    });
    return chooseAll(candidates);
  }

  /** Of several values of a policy that fit, the narrowest counts; of several roles the first in the alphabet. */
  #matches(facts: Facts): ReadonlyMap<Rule, Match> {
    const matches = new Map<Rule, Match>();
    this.#index.visit(facts, (rule, specificity, role) => {
      const before = matches.get(rule);
      if (before === undefined || before.specificity < specificity) matches.set(rule, { specificity, role });
    });
    return matches;
  }
}

interface Match {
  readonly specificity: number;
  readonly role: string | undefined;
}

function candidateOf({ policy }: Rule, { specificity, role }: Match, facts: Facts): Candidate[] {
  const subject = subjectOf(policy, facts, role);
  return subject === undefined ? [] : [{ policy, subject, specificity }];
}

function sparesOf({ except }: NormalPolicy): PolicyIndex<true> | undefined {
  if (except === undefined) return undefined;
  const index = new PolicyIndex<true>();
  for (const [scope, values] of Object.entries(except)) index.add(scope as keyof typeof except, values, true);
  return index;
}

function isSpared({ spares }: Rule, facts: Facts): boolean {
  let spared = false;
  spares?.visit(facts, () => {
    spared = true;
  });
  return spared;
}
