import type { HistoryPoint, PageHistory, ProviderRow, Series } from "../state.js";

/** What providers did within the last ten minutes, in bounded memory. */
export interface History {
  /** Takes the figures of a look; several looks make a point, which is given when it is complete. */
  add(atMs: number, providers: readonly ProviderRow[]): HistoryPoint | undefined;
  /** Notes that nothing is known of this time. */
  gap(atMs: number): HistoryPoint | undefined;
  read(): PageHistory;
}

const STEP_MS = 2000;
const POINTS = 300;
/** Providers in one point; those that do most. */
const MOST = 24;

export function createHistory(): History {
  let points: HistoryPoint[] = [];
  let looks: (readonly ProviderRow[])[] = [];
  let beganMs: number | undefined;

  const add = (atMs: number, providers: readonly ProviderRow[] | undefined): HistoryPoint | undefined => {
    // The store's clock may have been set back: what comes then is not after what was.
    if (points.length > 0 && atMs < (points.at(-1)?.atMs ?? atMs)) [points, looks, beganMs] = [[], [], undefined];
    beganMs ??= atMs;
    if (providers !== undefined) looks.push(providers);
    if (atMs - beganMs < STEP_MS - 100) return undefined;
    const point = { atMs, providers: looks.length === 0 ? null : meanOf(looks) };
    [looks, beganMs] = [[], atMs];
    points = [...points.slice(1 - POINTS), point];
    return point;
  };
  return {
    add,
    gap: (atMs) => add(atMs, undefined),
    read() {
      const names = new Set(points.flatMap(({ providers }) => (providers ?? []).map(({ provider }) => provider)));
      const series = [...names].map((name) => [name, seriesOf(name, points)] as const);
      // Names are other people's: `__proto__` would be one of an object's own.
      return { times: points.map(({ atMs }) => atMs), series: Object.fromEntries(series) };
    },
  };
}

function seriesOf(name: string, points: readonly HistoryPoint[]): Series {
  const own = points.map(({ providers }) => ({
    isGap: providers === null,
    row: providers?.find(({ provider }) => provider === name),
  }));
  const column = (of: (row: ProviderRow) => number): (number | null)[] =>
    own.map(({ isGap, row }) => (row === undefined ? (isGap ? null : 0) : of(row)));
  return {
    granted: column((row) => row.granted),
    refused: column((row) => row.refused),
  };
}

function meanOf(looks: readonly (readonly ProviderRow[])[]): readonly ProviderRow[] {
  const sums = new Map<string, ProviderRow>();
  for (const row of looks.flat()) {
    const before = sums.get(row.provider);
    sums.set(row.provider, {
      ...row,
      granted: (before?.granted ?? 0) + row.granted / looks.length,
      refused: (before?.refused ?? 0) + row.refused / looks.length,
    });
  }
  const done = ({ granted, refused, waiting, throttled }: ProviderRow): number =>
    granted + refused + waiting + throttled;
  return [...sums.values()].toSorted((one, other) => done(other) - done(one)).slice(0, MOST);
}
