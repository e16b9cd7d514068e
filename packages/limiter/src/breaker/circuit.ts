import type { BreakerReason } from "./breaker.js";
import type { BreakerRules } from "./rules.js";
import type { BreakerCounts, BreakerView, Force, ProbeEnd } from "./store.js";
import { addCounts, emptyTally, pruneTally, ROW_US, type Tally, tooManyFailures } from "./tally.js";

/**
 * The state of one breaker; the same steps as lua/includes/breaker.lua of the Redis store. Instants are whole microseconds of the
 * store's clock, 0 for none.
 */
export interface Circuit {
  kind: "closed" | "open" | "isolated";
  /** When it last changed, and always more than before. */
  version: number;
  reason: BreakerReason;
  /** Open, isolated: until half-open. Closed: held closed until then. */
  untilUs: number;
  /** How long that was at first: no jump of the clock makes it longer. */
  lastsUs: number;
  /** Openings since it was last closed. */
  times: number;
  /** Probes that have succeeded. */
  passed: number;
  /** Ends of the leases of the probes under way; those of before the last change too, since they may still be calling. */
  readonly leases: Map<string, number>;
  tally: Tally;
}

const DAY_US = 86_400e6;
/** An isolation without an end is kept this long after somebody last asked about it. */
const LONGEST_ISOLATION_US = 30 * DAY_US;

export function newCircuit(): Circuit {
  return {
    kind: "closed",
    version: 0,
    reason: "forgotten",
    untilUs: 0,
    lastsUs: 0,
    times: 0,
    passed: 0,
    leases: new Map(),
    tally: emptyTally(),
  };
}

/** Takes note of the time; every step below begins with it. A clock that was set back makes nothing last longer. */
export function tune(circuit: Circuit, rules: BreakerRules, nowUs: number): void {
  circuit.untilUs = Math.min(circuit.untilUs, nowUs + circuit.lastsUs);
  if (circuit.kind === "closed" && circuit.untilUs <= nowUs) {
    circuit.untilUs = 0;
    circuit.lastsUs = 0;
  }
  const longestUs = nowUs + us(rules.probeLeaseMs);
  for (const [id, endUs] of circuit.leases) {
    if (endUs <= nowUs) circuit.leases.delete(id);
    else if (endUs > longestUs) circuit.leases.set(id, longestUs);
  }
  pruneTally(circuit.tally, rules, nowUs);
}

export function report(circuit: Circuit, rules: BreakerRules, counts: BreakerCounts, nowUs: number): void {
  if (circuit.kind !== "closed" || counts.version < circuit.version) return;
  addCounts(circuit.tally, rules, counts, nowUs);
  if (circuit.untilUs > 0) return;
  const reason = tooManyFailures(circuit.tally, rules);
  if (reason !== undefined) open(circuit, rules, reason, nowUs);
}

export function probe(circuit: Circuit, rules: BreakerRules, id: string, nowUs: number): boolean {
  if (!isHalfOpen(circuit, nowUs) || isBusy(circuit, rules)) return false;
  circuit.leases.set(id, nowUs + us(rules.probeLeaseMs));
  return true;
}

/**
 * Says whether others should hear of it. A lease that has ended does not matter, what the probe found out is still true; after another
 * change it does not count, but its place is free.
 */
export function settle(circuit: Circuit, rules: BreakerRules, end: ProbeEnd, nowUs: number): boolean {
  const freed = circuit.leases.delete(end.id);
  if (circuit.kind === "closed") return false;
  if (circuit.version !== end.version || end.outcome === "undecided") return freed && isHalfOpen(circuit, nowUs);
  if (end.outcome === "failure") {
    open(circuit, rules, "probe-failed", nowUs);
    return true;
  }
  circuit.passed += 1;
  if (circuit.passed >= rules.probes) change(circuit, "closed", "probe-succeeded", nowUs);
  return true;
}

export function force(circuit: Circuit, rules: BreakerRules, { to, forMs, reason }: Force, nowUs: number): void {
  change(circuit, to, reason, nowUs);
  if (forMs === undefined && to !== "open") return;
  circuit.lastsUs = us(forMs ?? rules.openMs);
  circuit.untilUs = nowUs + circuit.lastsUs;
}

export function view(circuit: Circuit, rules: BreakerRules, nowUs: number): BreakerView {
  const { kind, version, reason } = circuit;
  const seen = (state: BreakerView["state"], leftMs: number): BreakerView => ({ state, version, reason, leftMs });
  if (kind === "closed") return seen("closed", 0);
  if (!isHalfOpen(circuit, nowUs)) {
    return seen(kind, circuit.untilUs === 0 ? Number.POSITIVE_INFINITY : (circuit.untilUs - nowUs) / 1000);
  }
  if (!isBusy(circuit, rules)) return seen("half-open", 0);
  return seen("half-open", (Math.min(...circuit.leases.values()) - nowUs) / 1000);
}

/** When it may be forgotten: what was changed is remembered for a day, so that nobody comes back with something older. */
export function keptUntil(circuit: Circuit, rules: BreakerRules, nowUs: number): number {
  if (circuit.kind === "isolated" && circuit.untilUs === 0) return nowUs + LONGEST_ISOLATION_US;
  const changedUs = circuit.version === 0 ? 0 : Math.min(circuit.version, nowUs) + DAY_US;
  const heldUs = circuit.untilUs === 0 ? 0 : circuit.untilUs + DAY_US;
  const { slices, row } = circuit.tally;
  const countedUs = slices.length > 0 ? nowUs + us(rules.windowMs) : 0;
  const rowUs = row.length > 0 ? nowUs + ROW_US : 0;
  return Math.max(changedUs, heldUs, countedUs, rowUs);
}

function isHalfOpen({ kind, untilUs }: Circuit, nowUs: number): boolean {
  return kind !== "closed" && untilUs > 0 && untilUs <= nowUs;
}

/** Whether all probes are under way. */
function isBusy({ leases, passed }: Circuit, { probes }: BreakerRules): boolean {
  return leases.size > 0 && leases.size + passed >= probes;
}

function open(circuit: Circuit, rules: BreakerRules, reason: BreakerReason, nowUs: number): void {
  const { times } = circuit;
  change(circuit, "open", reason, nowUs);
  circuit.times = Math.min(times + 1, 60);
  circuit.lastsUs = Math.min(us(rules.maxOpenMs), us(rules.openMs) * 2 ** times);
  circuit.untilUs = nowUs + circuit.lastsUs;
}

function change(circuit: Circuit, kind: Circuit["kind"], reason: BreakerReason, nowUs: number): void {
  circuit.kind = kind;
  circuit.version = Math.max(circuit.version + 1, nowUs);
  circuit.reason = reason;
  circuit.untilUs = 0;
  circuit.lastsUs = 0;
  circuit.times = 0;
  circuit.passed = 0;
  circuit.tally = emptyTally();
}

function us(ms: number): number {
  return Math.round(ms * 1000);
}
