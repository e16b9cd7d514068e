import { worstExcess } from "../fleet/ledger.js";
import type { Away } from "./crew.js";
import type { Evidence, Verdict } from "./evidence.js";
import { bound, COMMAND_MS, isOfStore, ledgerNames, type LedgerName } from "./load.js";
import { contains, gapsOf, lengthS, merged, overlap, type Span, widened } from "./spans.js";
import type { Admission } from "./words.js";

/** Slots that a process books ahead at once: 80 ms of the rate. */
const CHUNK = bound.refillRate * 0.08;
/** Questions on their way may be answered so long after a fault, and the ends of faults are noticed so late. Unit: milliseconds. */
export const SETTLE_MS = 2 * COMMAND_MS;

/** Whether each ledger kept its limit: exactly while the store answered, and within the stated excess while it did not. */
export function admissionVerdicts(evidence: Evidence): readonly Verdict[] {
  return ledgerNames.flatMap((name) => [whileItAnswers(name, evidence), whileAway(name, evidence)]);
}

/**
 * Tokens above the bound that a window may hold when the store was away in it: what each process had booked before, and, for as long as
 * one still takes its share while the others are back at the store already, the tokens of that time. While some reach the store and
 * others do not, those take their shares beside what the store gives.
 *
 * @param partlyS - for how long it was so. Unit: seconds.
 */
function statedExcess(processes: number, partlyS: number): number {
  const beside = (bound.refillRate * (processes - 1)) / processes;
  return processes * CHUNK + (bound.refillRate * COMMAND_MS) / 1000 + beside * partlyS;
}

/** When the store could not be relied on: faults, and whatever a worker itself took for an outage. */
function troubled({ whole, episodes, members }: Evidence): readonly Span[] {
  const away = members.flatMap((member) => member.away).map((span: Away) => widened(span, SETTLE_MS, SETTLE_MS));
  return merged(
    [...episodes.map((episode) => widened(episode, SETTLE_MS / 2, SETTLE_MS)), ...away].map(({ fromUs, toUs }) => ({
      fromUs,
      toUs: Math.min(toUs, whole.toUs),
    })),
  );
}

/** On the store's clock, with what came from elsewhere at the time it came. */
function ledgerUs([seenUs, atUs]: Admission): number {
  return isOfStore(atUs) ? atUs : seenUs;
}

function whileItAnswers(name: LedgerName, evidence: Evidence): Verdict {
  const calm = gapsOf(evidence.whole, troubled(evidence));
  const all = evidence.log.admissions[name];
  let worst = Number.NEGATIVE_INFINITY;
  let admitted = 0;
  let ownShare = 0;
  for (const window of calm) {
    const within = all.filter((admission) => contains(window, ledgerUs(admission)));
    if (within.length === 0) continue;
    admitted += within.length;
    ownShare += within.filter(([, atUs]) => !isOfStore(atUs)).length;
    worst = Math.max(worst, worstExcess(within.map(ledgerUs), bound));
  }
  return {
    promise: `${name}: never over the limit while the store answers`,
    kept: admitted > 0 && worst <= 1e-6,
    seen: `${admitted} admitted in ${calm.length} calm windows of ${lengthS(calm).toFixed(0)} s in all; worst window ${worst.toFixed(2)} tokens of the bound; ${ownShare} by a process alone`,
  };
}

function whileAway(name: LedgerName, evidence: Evidence): Verdict {
  const { members, log, whole } = evidence;
  const divided = partly(evidence);
  const windows = troubled(evidence).map((window) => {
    const partlyS = lengthS(divided.flatMap((span) => overlap(span, window)));
    return { worst: around(window, log.admissions[name]), most: statedExcess(members.length, partlyS) };
  });
  const tightest = windows.toSorted((one, other) => one.most - one.worst - (other.most - other.worst))[0];
  const figures = windows.map(({ worst }) => worst);
  const admitted = log.admissions[name].filter(([seenUs]) => contains(whole, seenUs)).length;
  const ratio = admitted / (bound.burst + bound.refillRate * lengthS([whole]));
  return {
    promise: `${name}: at most ${statedExcess(members.length, 0)} tokens over around a fault, and the shares of those without the store while others have it`,
    kept: windows.every(({ worst, most }) => worst <= most),
    seen: `worst ${Math.max(...figures).toFixed(1)} tokens over in ${windows.length} windows with faults; nearest to its bound ${tightest?.worst.toFixed(1)} of ${tightest?.most.toFixed(1)}; admitted ÷ bound of the whole run ${ratio.toFixed(3)}`,
  };
}

/** Most tokens over the bound in any part of a window, as the callers saw it; from a burst earlier on, since what was spent then counts too. */
export function around(window: Span, admissions: readonly Admission[]): number {
  const wide = widened(window, (bound.burst / bound.refillRate) * 1000, 0);
  const within = admissions.map(([seenUs]) => seenUs).filter((us) => contains(wide, us));
  return within.length === 0 ? -bound.burst : worstExcess(within, bound);
}

/** When some workers may have had the store and others not: by their own word, or because it was about as slow as they are patient. */
function partly({ whole, episodes, members }: Evidence): readonly Span[] {
  const away = members.map((member) => merged(member.away.map((span) => widened(span, SETTLE_MS, 0))));
  const some = merged(away.flat());
  const all = away.reduce(
    (common, own) => common.flatMap((span) => own.flatMap((other) => overlap(span, other))),
    [whole],
  );
  const slow = episodes.filter(({ kind }) => kind === "slow").map((episode) => widened(episode, 0, COMMAND_MS));
  return merged([...some.flatMap((span) => gapsOf(span, all)), ...slow]);
}
