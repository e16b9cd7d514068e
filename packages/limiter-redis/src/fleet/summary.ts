import type { Limit } from "@sluice/limiter";

/** What a process did within an interval, in one scope or in all. */
export interface Activity {
  /** Calls that got their tokens, counted as tokens are drawn. */
  readonly granted: number;
  /** Calls that were told no. */
  readonly refused: number;
  /** Calls that wait at present. */
  readonly waiting: number;
  /** Refusals by the provider, mostly 429s, within the last minute. */
  readonly throttled: number;
}

/** A bucket that a process asked for, or waits for. */
export interface BucketActivity extends Omit<Activity, "throttled"> {
  /** Name in Redis. */
  readonly key: string;
  readonly limit: Limit;
}

/** What a process tells about itself, at most once a second. */
export interface Summary {
  /** Length of the interval. Unit: milliseconds. */
  readonly intervalMs: number;
  readonly scopes: ReadonlyMap<string, Activity>;
  /** The busiest, at most `MOST_BUCKETS`. */
  readonly buckets: readonly BucketActivity[];
}

/** Bounds of what is written, whatever happens in a process. */
export const MOST_BUCKETS = 48;
export const MOST_SCOPES = 48;

/** The limits whose state lives in a bucket of its own. */
type Kept = Exclude<Limit, { readonly kind: "custom" }>;

export function encodeSummary({ intervalMs, scopes, buckets }: Summary): string {
  return JSON.stringify({
    v: 1,
    ms: Math.round(intervalMs),
    s: [...scopes].map(([scope, of]) => [scope, of.granted, of.refused, of.waiting, of.throttled]),
    b: buckets.map(({ key, limit, granted, refused, waiting }) => [
      key,
      ...numbersOf(limit),
      granted,
      refused,
      waiting,
    ]),
  });
}

/** Undefined for what this version cannot read: anybody with access to the store may write. */
export function decodeSummary(text: string | null, prefix: string): Summary | undefined {
  try {
    const { v, ms, s, b } = JSON.parse(text ?? "") as Record<string, unknown>;
    if (v !== 1 || !isCount(ms) || !Array.isArray(s) || !Array.isArray(b)) return undefined;
    const scopes = s.slice(0, MOST_SCOPES).map((row) => readScope(row as unknown[]));
    const buckets = b.slice(0, MOST_BUCKETS).map((row) => readBucket(row as unknown[], prefix));
    return { intervalMs: Math.max(1, ms), scopes: new Map(scopes), buckets };
  } catch {
    return undefined;
  }
}

function readScope([scope, ...counts]: readonly unknown[]): [string, Activity] {
  const [granted, refused, waiting, throttled] = counts.map(count);
  if (typeof scope !== "string" || throttled === undefined) throw new Error("no scope");
  return [scope, { granted: granted ?? 0, refused: refused ?? 0, waiting: waiting ?? 0, throttled }];
}

function readBucket([key, kind, first, second, ...counts]: readonly unknown[], prefix: string): BucketActivity {
  const limit = limitOf(String(kind), positive(first), positive(second));
  const [granted, refused, waiting] = counts.map(count);
  if (typeof key !== "string" || !key.startsWith(`${prefix}:{`) || waiting === undefined) throw new Error("no bucket");
  return { key, limit, granted: granted ?? 0, refused: refused ?? 0, waiting };
}

function numbersOf(limit: Limit): readonly [kind: string, first: number, second: number] {
  switch (limit.kind) {
    case "tokenBucket":
      return ["t", limit.refillRate, limit.burst];
    case "leakyBucket":
      return ["l", limit.rate, 1];
    case "concurrency":
      return ["c", limit.max, limit.leaseMs];
    case "custom":
      return ["x", 1, 1];
    default:
      return [windowLetters[limit.kind], limit.limit, limit.windowMs];
  }
}

const windowLetters = { slidingWindow: "w", fixedWindow: "f", slidingWindowCounter: "s" } as const;

function limitOf(kind: string, first: number, second: number): Kept {
  switch (kind) {
    case "t":
      return { kind: "tokenBucket", refillRate: first, burst: second };
    case "l":
      return { kind: "leakyBucket", rate: first };
    case "c":
      return { kind: "concurrency", max: first, leaseMs: second };
    case "w":
      return { kind: "slidingWindow", limit: first, windowMs: second };
    case "f":
      return { kind: "fixedWindow", limit: first, windowMs: second };
    case "s":
      return { kind: "slidingWindowCounter", limit: first, windowMs: second };
    default:
      throw new Error("no limit");
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function count(value: unknown): number {
  if (!isCount(value)) throw new Error("no count");
  return Math.floor(value);
}

function positive(value: unknown): number {
  if (!isCount(value) || value === 0) throw new Error("no number");
  return value;
}
