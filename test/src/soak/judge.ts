import { admissionVerdicts, around, SETTLE_MS } from "./admissions.js";
import type { Evidence, Verdict } from "./evidence.js";
import { isOfStore, ledgerNames, places } from "./load.js";
import { slopePerMinute } from "./slope.js";
import { gapsOf, merged, mostAtOnce, widened } from "./spans.js";

/** A fault with what it did. */
export interface EpisodeFigures {
  readonly kind: string;
  readonly what: string;
  /** From its end to the first token out of the store; undefined when the next fault, or the end, came before. Unit: milliseconds. */
  readonly recoveredMs: number | undefined;
  /** From its end to the next fault, or to the end. Unit: milliseconds. */
  readonly untilNextMs: number;
  /** Most tokens over the bound of either ledger around it. */
  readonly over: number;
}

const MOST_LATE_MS = 50;
/** Heap that the runtime itself may gain as code is compiled and tables find their size. */
const MOST_HEAP_BYTES = 3 * 2 ** 20;
/** Part of the run after which a worker counts as warm. */
const WARM_SHARE = 0.15;
/** A store that went several times in a short time has to answer for 3.2 s before it is trusted again; then reconnects, and a busy machine. Unit: milliseconds. */
const MOST_RECOVERY_MS = 5000;

export function judge(evidence: Evidence): readonly Verdict[] {
  return [
    ...admissionVerdicts(evidence),
    placesHeld(evidence),
    settled(evidence),
    noSurprises(evidence),
    recovered(evidence),
    memoryFlat(evidence),
    nothingLeaked(evidence),
  ];
}

function placesHeld({ whole, episodes, log }: Evidence): Verdict {
  const held = log.held.map(([fromUs, toUs]) => ({ fromUs, toUs }));
  const forgotten = merged(
    episodes.filter(({ kind }) => kind === "killed").map((episode) => widened(episode, 0, places.leaseMs)),
  );
  const known = Math.max(0, ...gapsOf(whole, forgotten).map((window) => mostAtOnce(held, window)));
  const after = Math.max(0, ...forgotten.map((window) => mostAtOnce(held, window)));
  return {
    promise: `places: at most ${places.max} at once; ${2 * places.max} within a lease of a store that was killed and is empty`,
    kept: known <= places.max && after <= 2 * places.max && held.length > 0,
    seen: `${held.length} held; at most ${known} at once, ${after} after a loss`,
  };
}

function settled({ log }: Evidence): Verdict {
  return {
    promise: `every call settles within its deadline, ${MOST_LATE_MS} ms and its process's own stalls, and as long again to connect`,
    kept: log.latestMs <= MOST_LATE_MS,
    seen: `${log.calls} calls; latest ${log.latestMs.toFixed(1)} ms after its deadline (${log.latestOf}); stalls ${(log.stalledMs / 1000).toFixed(1)} s in all`,
  };
}

/** Ends that callers know of. */
const EXPECTED = new Set(["delayed", "visitor delayed", "LIMIT_EXCEEDED", "STORE_UNAVAILABLE"]);

function noSurprises({ log }: Evidence): Verdict {
  const ends = Object.entries(log.ends);
  return {
    promise: "calls end as documented",
    kept: ends.every(([how]) => EXPECTED.has(how)),
    seen: ends.map(([how, count]) => `${how} ${count}`).join(", "),
  };
}

/** What became of each fault. */
export function episodeFigures({ whole, episodes, log }: Evidence): readonly EpisodeFigures[] {
  const fromStore = ledgerNames
    .flatMap((name) => log.admissions[name])
    .filter(([, atUs]) => isOfStore(atUs))
    .map(([seenUs]) => seenUs)
    .toSorted((a, b) => a - b);
  return episodes.map((episode, index) => {
    const { kind, what, toUs } = episode;
    const window = widened(episode, 0, SETTLE_MS);
    const over = Math.max(...ledgerNames.map((name) => around(window, log.admissions[name])));
    const first = fromStore.find((us) => us > toUs);
    const nextUs = episodes[index + 1]?.fromUs ?? whole.toUs;
    const recoveredMs = first === undefined || first > nextUs ? undefined : (first - toUs) / 1000;
    return { kind, what, recoveredMs, untilNextMs: (nextUs - toUs) / 1000, over };
  });
}

function recovered(evidence: Evidence): Verdict {
  const figures = episodeFigures(evidence);
  // Where the next fault came before the time was over, nobody knows what it would have been.
  const known = figures.filter(
    ({ recoveredMs, untilNextMs }, index) =>
      recoveredMs !== undefined || untilNextMs > MOST_RECOVERY_MS || index === figures.length - 1,
  );
  const slowest = Math.max(0, ...known.map(({ recoveredMs }) => recoveredMs ?? Number.POSITIVE_INFINITY));
  const downs = evidence.members.flatMap(({ away }) => away);
  return {
    promise: `tokens come from the store again within ${MOST_RECOVERY_MS / 1000} s of every fault, by themselves`,
    kept:
      known.length * 2 >= figures.length &&
      slowest <= MOST_RECOVERY_MS &&
      downs.every(({ toUs }) => Number.isFinite(toUs)),
    seen: `${figures.length} faults, ${figures.length - known.length} of them followed by another too soon to tell, slowest ${slowest.toFixed(0)} ms; ${downs.length} times a worker said that the store went, and each time that it was back`,
  };
}

function memoryFlat({ members }: Evidence): Verdict {
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  const rows = members.map(({ heap }) => {
    // Once the code in use has been compiled and every visitor has come.
    const warm = heap.slice(Math.floor(heap.length * WARM_SHARE));
    const [start, end] = [warm[0]?.bytes ?? 0, warm.at(-1)?.bytes ?? Number.POSITIVE_INFINITY];
    return { start, end, slope: slopePerMinute(warm.map(({ atMs, bytes }) => [atMs, bytes])) };
  });
  return {
    promise: `memory of each worker is flat: at most ${mib(MOST_HEAP_BYTES)} MiB more at the end than once warm`,
    kept: rows.every(({ start, end }) => end - start <= MOST_HEAP_BYTES),
    seen: rows
      .map(({ start, end, slope }) => `${mib(start)} → ${mib(end)} MiB, ${(slope / 1024).toFixed(1)} KiB a minute`)
      .join("; "),
  };
}

function nothingLeaked({ members }: Evidence): Verdict {
  const leaked = members.flatMap((member) => member.leaked);
  const ended = members.filter(({ endedWell }) => endedWell).length;
  return {
    promise: "after close nothing is left open, and the process ends by itself",
    kept: leaked.length === 0 && ended === members.length,
    seen: `left open: ${leaked.length === 0 ? "nothing" : leaked.join(", ")}; ${ended} of ${members.length} workers ended by themselves`,
  };
}
