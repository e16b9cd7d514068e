import type { Limit } from "../limits/limit.js";

/** Most buckets that are remembered. */
const MOST_BUCKETS = 1000;

/** Names may come from outside: longer ones are not kept, so that the table stays small whatever they are. Unit: characters. */
const LONGEST = 256;

/** After so many questions in a row about buckets that were not remembered, so many are in use that any thousand of them will do. */
const MANY = 4000;
/** Of those only every sixteenth is noted: the note costs more than the question. */
const SAMPLED = 16;

/** A bucket that was asked about. */
export interface AskedBucket {
  readonly bucket: string;
  limit: Limit;
  /** Grows with each question. */
  turn: number;
  /** The same name under a limit of another kind is another bucket. */
  other: AskedBucket | undefined;
  /** What the store last told a look. */
  told: ToldFigures | undefined;
}

/** What the store told. */
export interface ToldFigures {
  /** Whole tokens that were there. */
  readonly left: number;
  /** Unit: milliseconds from then. */
  readonly nextSlotMs: number;
  readonly fullAfterMs: number;
  /** By the wall clock, in milliseconds. */
  readonly wallMs: number;
}

/**
 * The buckets that were asked about most recently, at least a thousand of them; where thousands are in use at once, a sample. Two tables: when the young one is full it becomes the old one,
 * whose content is forgotten unless asked about meanwhile. So a question costs one look-up, on the path where microseconds count.
 */
export class AskedBuckets {
  #young = new Map<string, AskedBucket>();
  #old = new Map<string, AskedBucket>();
  #turn = 0;
  #strangers = 0;
  #passed = 0;
  #lastBucket: string | undefined;
  #lastLimit: Limit | undefined;

  /** Takes note of a question. */
  note(bucket: string, limit: Limit): void {
    if (bucket === this.#lastBucket && limit === this.#lastLimit) return;
    if (bucket.length > LONGEST) return;
    if (this.#strangers > MANY && (this.#passed = (this.#passed + 1) % SAMPLED) !== 0) return;
    this.#lastBucket = bucket;
    this.#lastLimit = limit;
    let first = this.#young.get(bucket);
    if (first === undefined) this.#grow(bucket, (first = this.#old.get(bucket) ?? this.#fresh(bucket, limit)));
    else this.#strangers = 0;
    let found = first;
    while (found.limit.kind !== limit.kind) found = found.other ??= fresh(bucket, limit);
    found.limit = limit;
    found.turn = this.#turn += 1;
  }

  /** A bucket that was asked about and is not forgotten. */
  find(bucket: string, kind: Limit["kind"]): AskedBucket | undefined {
    const first = this.#young.get(bucket) ?? this.#old.get(bucket);
    return first === undefined ? undefined : chained(first).find(({ limit }) => limit.kind === kind);
  }

  /** The latest first. */
  recent(): readonly AskedBucket[] {
    const all = new Set([...this.#young.values(), ...this.#old.values()].flatMap(chained));
    return [...all].toSorted((one, other) => other.turn - one.turn).slice(0, MOST_BUCKETS);
  }

  #fresh(bucket: string, limit: Limit): AskedBucket {
    this.#strangers += 1;
    return fresh(bucket, limit);
  }

  #grow(bucket: string, entry: AskedBucket): void {
    if (this.#young.size >= MOST_BUCKETS) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(bucket, entry);
  }
}

function fresh(bucket: string, limit: Limit): AskedBucket {
  return { bucket, limit, turn: 0, other: undefined, told: undefined };
}

function chained(first: AskedBucket): AskedBucket[] {
  const all: AskedBucket[] = [];
  for (let entry: AskedBucket | undefined = first; entry !== undefined; entry = entry.other) all.push(entry);
  return all;
}
