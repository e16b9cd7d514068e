import { worstExcess } from "../../fleet/ledger.js";
import { type Fairness, fairnessAt } from "./fairness.js";
import { idealInstants } from "./ideal.js";
import type { OneBucketRun, Wait } from "./run-one-bucket.js";

/** What one fleet came to; all in virtual time, so the same on every machine. */
export interface OneBucketFigures {
  readonly processes: number;
  /** What passed on the virtual clock; less than planned when the machine took too long. */
  readonly ranS: number;
  readonly grants: number;
  /** Grants over the whole tokens that the bucket had since the first of them: burst + rate x time. */
  readonly utilisation: number;
  /** Most that any window of the store's ledger holds above burst + rate x time. Unit: tokens; never above 0. */
  readonly excessTokens: number;
  /** The same by the instants at which callers had their grants: what a provider at no distance would count. Unit: tokens. */
  readonly excessAtCallers: number;
  readonly jain: number;
  readonly bestJain: number;
  /** Processes without a grant in the whole run. */
  readonly starved: number;
  readonly commandsPerGrant: number;
  readonly commandsPerSecond: number;
  readonly peakCommandsPerSecond: number;
  /** What processes send besides, to say that they live. */
  readonly signsOfLifePerSecond: number;
  /** Longest time a command stood in line at the store. Unit: milliseconds. */
  readonly longestLineMs: number;
  /** How far ahead of its time the furthest token was booked. Unit: milliseconds. */
  readonly furthestBookedMs: number;
  /** Debits in the future of the bucket that a question found, on average. */
  readonly debitsAhead: number;
  /** From the token's instant to the caller. Unit: milliseconds. */
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
  /** Waits over those of one queue for the whole fleet. Unit: milliseconds; negative for whoever came before the turn. */
  readonly overIdealP50Ms: number;
  readonly overIdealP99Ms: number;
  /** Whether the run came so far that the late comer joined. */
  readonly lateComerJoined: boolean;
  /** What the late comer waited for its first grant; undefined when it had none. Unit: milliseconds. */
  readonly lateComerMs: number | undefined;
  readonly fairness: readonly Fairness[];
}

export function figuresOf(run: OneBucketRun, fairnessAtS: readonly number[]): OneBucketFigures {
  const { plan, ranS, waits, traffic, lateMs } = run;
  const { processes, refillRate, burst } = plan;
  const granted = waits.filter(({ grantedMs }) => !Number.isNaN(grantedMs));
  const grants = granted.length;
  const end = fairnessAt(run, ranS);
  const lags = sorted(granted.map(({ grantedMs, atUs }) => grantedMs - atUs / 1000));
  const overIdeal = sorted(overIdealMs(run));
  const late = granted.filter(({ process }) => process === processes).map(({ grantedMs }) => grantedMs);
  const firstUs = granted.reduce((first, { atUs }) => Math.min(first, atUs), Number.POSITIVE_INFINITY);
  const served = new Set(granted.map(({ process }) => process));
  return {
    processes,
    ranS,
    grants,
    utilisation: grants / Math.floor(burst + refillRate * (ranS - firstUs / 1e6)),
    excessTokens: excess(granted, plan, ({ atUs }) => atUs),
    excessAtCallers: excess(granted, plan, ({ grantedMs }) => grantedMs * 1000),
    jain: end.jain,
    bestJain: end.best,
    starved: Array.from({ length: processes }, (_, process) => process).filter((process) => !served.has(process))
      .length,
    commandsPerGrant: traffic.commands / grants,
    commandsPerSecond: traffic.commands / ranS,
    peakCommandsPerSecond: traffic.peakPerSecond,
    signsOfLifePerSecond: traffic.signsOfLife / ranS,
    longestLineMs: traffic.longestLineMs,
    furthestBookedMs: traffic.furthestBookedMs,
    debitsAhead: traffic.debitsFound,
    lagP50Ms: percentile(lags, 0.5),
    lagP99Ms: percentile(lags, 0.99),
    overIdealP50Ms: percentile(overIdeal, 0.5),
    overIdealP99Ms: percentile(overIdeal, 0.99),
    lateComerJoined: ranS * 1000 >= lateMs,
    lateComerMs: late.length === 0 ? undefined : Math.min(...late) - lateMs,
    fairness: fairnessAtS.filter((atS) => atS <= ranS).map((atS) => fairnessAt(run, atS)),
  };
}

/** Who still waits at the end, though his turn has come, counts with what he has waited by then. */
function overIdealMs({ plan, ranS, waits }: OneBucketRun): number[] {
  const endMs = ranS * 1000;
  const ideal = idealInstants(waits, plan);
  const over: number[] = [];
  for (const [index, { grantedMs }] of waits.entries()) {
    const idealMs = ideal[index] as number;
    if (!Number.isNaN(grantedMs)) over.push(grantedMs - idealMs);
    else if (idealMs <= endMs) over.push(endMs - idealMs);
  }
  return over;
}

/** Rounded to the millionth of a token, as the store counts. */
function excess(
  granted: readonly Wait[],
  plan: { readonly refillRate: number; readonly burst: number },
  atUs: (wait: Wait) => number,
): number {
  return Math.round(worstExcess(granted.map(atUs), plan) * 1e6) / 1e6 + 0;
}

function sorted(figures: readonly number[]): Float64Array {
  return Float64Array.from(figures).toSorted();
}

function percentile(inOrder: Float64Array, part: number): number {
  return inOrder[Math.min(inOrder.length - 1, Math.floor(inOrder.length * part))] ?? Number.NaN;
}
