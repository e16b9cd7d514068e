import type { Clock } from "@sluice/core";
import { memoryBreakerStore } from "./memory-breaker-store.js";
import type { BreakerRules } from "./rules.js";
import type { Answer, BreakerCounts, BreakerStore, BreakerView, Force, ProbeEnd, ProbeReply } from "./store.js";

/** One breaker in its store. */
export interface OneBreaker {
  report(counts: BreakerCounts): Answer<BreakerView>;
  probe(id: string): Answer<ProbeReply>;
  settle(end: ProbeEnd): Answer<BreakerView>;
  force(force: Force): Answer<BreakerView>;
}

/** What deciding alone takes. */
export interface AloneOptions {
  readonly name: string;
  readonly rules: BreakerRules;
  readonly clock: Clock;
  /** What this process last heard, brought up to now. */
  readonly known: () => BreakerView;
}

export function oneBreaker(store: BreakerStore, name: string, rules: BreakerRules): OneBreaker {
  return {
    report: (counts) => store.report(name, rules, counts),
    probe: (id) => store.probe(name, rules, id),
    settle: (end) => store.settle(name, rules, end),
    force: (how) => store.force(name, rules, how),
  };
}

/**
 * The same, which decides by itself while the store cannot be asked: from what this process sees, beginning with what it last heard,
 * so a breaker known to be open stays so until its time is over. What it opened itself meanwhile it keeps, for itself alone, until
 * that time is over too. Setting a state by hand is for the whole fleet and fails instead.
 */
export function decidingAlone(store: BreakerStore, { name, rules, clock, known }: AloneOptions): OneBreaker {
  const shared = oneBreaker(store, name, rules);
  let alone: { readonly own: OneBreaker; readonly fromVersion: number; look(): BreakerView } | undefined;

  const begin = (): OneBreaker => {
    if (alone === undefined) {
      const memory = memoryBreakerStore({ clock, maxBreakers: 1 });
      const last = known();
      memory.seed(name, last);
      alone = {
        own: oneBreaker(memory, name, rules),
        fromVersion: last.version,
        look: () => memory.report(name, rules, nothingCounted(0)),
      };
    }
    return alone.own;
  };
  const heard = (seen: BreakerView): BreakerView => {
    if (alone === undefined) return seen;
    const own = alone.look();
    if (own.state === "open" && own.version > alone.fromVersion && seen.state === "closed") return own;
    alone = undefined;
    return seen;
  };
  const tried = <Value>(ask: (one: OneBreaker) => Answer<Value>, accept: (value: Value) => Value): Answer<Value> => {
    try {
      const answer = ask(shared);
      return answer instanceof Promise ? answer.then(accept, () => ask(begin())) : accept(answer);
    } catch {
      return ask(begin());
    }
  };
  return {
    report(counts) {
      const takenMs = clock.now();
      // A store that fails late makes the counts older: told as new, a success of theirs would end the row of failures that came after it.
      return tried((one) => one.report(one === shared ? counts : older(counts, clock.now() - takenMs)), heard);
    },
    probe: (id) =>
      tried(
        (one) => one.probe(id),
        (reply) => ({ ...reply, view: heard(reply.view) }),
      ),
    settle: (end) => tried((one) => one.settle(end), heard),
    async force(how) {
      const seen = await shared.force(how);
      alone = undefined;
      return seen;
    },
  };
}

function older(counts: BreakerCounts, ms: number): BreakerCounts {
  const { lastSuccessAgeMs, lastFailureAgeMs, rowAgesMs } = counts;
  return {
    ...counts,
    lastSuccessAgeMs: lastSuccessAgeMs + ms,
    lastFailureAgeMs: lastFailureAgeMs + ms,
    rowAgesMs: rowAgesMs.map((ageMs) => ageMs + ms),
  };
}

/** A look that adds nothing. */
export function nothingCounted(version: number): BreakerCounts {
  return { version, succeeded: 0, lastSuccessAgeMs: 0, failed: 0, lastFailureAgeMs: 0, rowAgesMs: [] };
}
