import type { FleetSight } from "@sluice/limiter-redis";
import { byPressure } from "../../top/frame.js";
import type { ChainState, PageState } from "../state.js";
import { breakerRows, bucketRow, providerRows } from "./rows.js";
import { auditRow, overrideRow, type Steering } from "./steering.js";

/** All that is known. */
export interface Known {
  readonly sight: FleetSight | undefined;
  readonly steering: Steering | undefined;
  readonly chain: ChainState;
  readonly place: string;
  readonly readOnly: boolean;
  readonly engine: string;
  readonly nowMs: number;
}

const MOST_BUCKETS = 200;
const MOST_ROWS = 100;

/** What the page is told: never more than fits, however large the fleet is. */
export function pageState(known: Known, filter: string, { awayForMs }: Pick<PageState, "awayForMs">): PageState {
  const { sight, steering, chain, place, readOnly, engine, nowMs } = known;
  const wanted = filter.toLowerCase();
  const matching = (sight?.buckets ?? []).filter(({ scope, bucket }) =>
    `${scope} ${bucket}`.toLowerCase().includes(wanted),
  );
  // An end that nobody has read since is over all the same.
  const held = (steering?.held ?? []).filter(({ untilMs }) => untilMs > nowMs);
  const overrides = (steering?.overrides ?? []).filter(({ untilMs }) => untilMs > nowMs);
  const { emergency } = steering ?? {};
  return {
    atMs: nowMs,
    awayForMs,
    place,
    engine,
    mode: steering?.mode ?? "unknown",
    readOnly,
    processes: sight?.processes.length ?? 0,
    scanned: sight?.scanned ?? { buckets: 0, complete: false },
    providers: providerRows(sight?.scopes ?? []),
    buckets: byPressure(matching).slice(0, MOST_BUCKETS).map(bucketRow),
    matching: matching.length,
    breakers: breakerRows(sight?.breakers ?? [], held).slice(0, MOST_ROWS),
    emergency: emergency === undefined || emergency.untilMs <= nowMs ? null : emergency,
    overrides: overrides.slice(0, MOST_ROWS).map(overrideRow),
    overridesInAll: overrides.length,
    audit: (steering?.audit ?? []).map(auditRow).toReversed(),
    chain,
  };
}
