import { anObject, between, type Clock, ConfigError, isSluiceError } from "@sluice/core";
import { nextQuestionId } from "../limiter/question-id.js";
import { resolveCharges } from "../limiter/resolve-charges.js";
import type { Mode } from "../limiter/limiter.js";
import type { Charge } from "../limits/charge.js";
import type { Limit } from "../limits/limit.js";
import type { Pause, Store, StoreCharge, TakeReply } from "../store/store.js";
import { AskedBuckets, type ToldFigures } from "./asked-buckets.js";
import { bucketSight, iso } from "./bucket-sight.js";
import { KnownPauses } from "./known-pauses.js";
import type { InspectOptions, LimiterSight } from "./sight.js";
import { isAway, storeMode } from "./store-mode.js";
import { Waits } from "./waits.js";

/** What looking needs of its limiter. */
export interface InspectorSurroundings {
  readonly store: Store;
  /** The store that says where the buckets are, when something stands before it. */
  readonly behind: Store;
  readonly scope: string;
  readonly provider: string;
  readonly account: string;
  readonly clock: Clock;
  readonly enforcement: () => Mode;
}

/** Keeps in mind what a limiter is asked, and looks at it without taking anything. */
export interface Inspector {
  /** A bucket was asked about. Cheap enough for the hot path. */
  note(bucket: string, limit: Limit): void;
  noteAll(charges: readonly StoreCharge[]): void;
  /** Somebody begins to wait; what is returned ends it. */
  enter(charges: readonly StoreCharge[], priority: number, sinceMs: number): () => void;
  paused(pause: { readonly buckets: Iterable<string>; readonly pauseMs: Pause["pauseMs"] }): void;
  inspect(charges: Charge | readonly Charge[] | undefined, options: InspectOptions): Promise<LimiterSight>;
}

/** Most buckets in one look. */
const MOST_BUCKETS = 1000;
const DEFAULT_TIMEOUT_MS = 1_000;

export function createInspector(around: InspectorSurroundings): Inspector {
  const { behind, provider, account, clock } = around;
  const asked = new AskedBuckets();
  const waits = new Waits();
  const pauses = new KnownPauses();

  const look = async (buckets: readonly Wanted[], timeoutMs: number, rethrow: boolean): Promise<LimiterSight> => {
    const before = storeMode(behind);
    // Whoever answers in the store's place would remember the question, and a look must change nothing.
    const answers = isAway(before) ? none : await peekAll(around, buckets, timeoutMs);
    if (rethrow) for (const { mistake } of answers.values()) if (mistake !== undefined) throw mistake;
    const said = storeMode(behind);
    const silent = buckets.length > 0 && [...answers.values()].every(({ told }) => told === undefined);
    // A store that does not say where it is, and does not answer.
    const mode = silent && !isAway(said) ? "closed" : said;
    const [nowMs, wallMs] = [clock.now(), clock.wallNow()];
    const waiting = waits.sight(nowMs);
    const seen = buckets.map(({ bucket, limit }, index) => {
      const known = asked.find(bucket, limit.kind);
      const told = answers.get(index)?.told;
      if (known !== undefined && told !== undefined) known.told = told;
      return bucketSight({
        provider,
        account,
        bucket,
        limit,
        mode,
        wallMs,
        told: told ?? known?.told,
        pausedForMs: pauses.leftMs(bucket, nowMs),
        waiting: waiting.of(bucket, limit.kind),
      });
    });
    return frozen({
      provider,
      account,
      enforcement: around.enforcement(),
      mode,
      at: iso(wallMs),
      waiting: waiting.all,
      // Stable: the order of questions stays among equals.
      buckets: seen.toSorted((one, other) => other.waiting.count - one.waiting.count),
    });
  };

  return {
    note: (bucket, limit) => asked.note(bucket, limit),
    noteAll(charges) {
      for (const { bucket, limit } of charges) asked.note(bucket, limit);
    },
    enter: (charges, priority, sinceMs) => waits.enter(charges, priority, sinceMs),
    paused({ buckets, pauseMs }) {
      const nowMs = clock.now();
      pauses.add(buckets, nowMs + pauseMs, nowMs);
    },
    async inspect(charges, options) {
      const timeoutMs = resolveTimeout(options);
      return charges === undefined ? look(asked.recent(), timeoutMs, false) : look(wantedOf(charges), timeoutMs, true);
    },
  };

  function resolveTimeout(options: InspectOptions): number {
    anObject("options", options);
    return between("timeoutMs", options.timeoutMs ?? DEFAULT_TIMEOUT_MS, 0, 60_000, "milliseconds from 0 to 60000");
  }
}

type Wanted = Pick<StoreCharge, "bucket" | "limit">;

/** What became of one question. */
interface Answer {
  readonly told?: ToldFigures;
  /** A limit that this store does not know. */
  readonly mistake?: unknown;
}

const none: ReadonlyMap<number, Answer> = new Map();

/** Checked, each bucket once. */
function wantedOf(charges: Charge | readonly Charge[]): readonly Wanted[] {
  const list = Array.isArray(charges) ? (charges as readonly Charge[]) : [charges as Charge];
  if (list.length > MOST_BUCKETS)
    throw new ConfigError({ option: "charges", accepted: `a list of at most ${MOST_BUCKETS}`, value: list });
  const wanted = new Map<string, Wanted>();
  for (const one of list) {
    const { taking, looking } = resolveCharges(one);
    for (const { bucket, limit } of [...taking, ...looking]) wanted.set(`${limit.kind}:${bucket}`, { bucket, limit });
  }
  return [...wanted.values()];
}

/** Asks about all buckets in one turn, so that a store over a network is asked once. What has not come in time is left out. */
async function peekAll(
  { store, scope, clock }: InspectorSurroundings,
  buckets: readonly Wanted[],
  timeoutMs: number,
): Promise<ReadonlyMap<number, Answer>> {
  const answers = new Map<number, Answer>();
  const heard = (index: number, reply: TakeReply): void => void answers.set(index, { told: figuresOf(reply, clock) });
  const failed = (index: number, error: unknown): void => {
    const mistake = isSluiceError(error) && error.code === "CONFIG_INVALID";
    answers.set(index, mistake ? { mistake: error } : {});
  };
  const pending = buckets.flatMap((wanted, index) => {
    try {
      const reply = store.take({ ...question, scope, charges: [{ ...wanted, cost: 1 }], id: nextQuestionId() });
      if (reply instanceof Promise)
        return [
          reply.then(
            (told) => heard(index, told),
            (error: unknown) => failed(index, error),
          ),
        ];
      heard(index, reply);
    } catch (error) {
      failed(index, error);
    }
    return [];
  });
  if (pending.length > 0) await inTime(Promise.all(pending), timeoutMs, clock);
  // A copy: what comes later changes nothing.
  return new Map(answers);
}

const question = { count: 1, ahead: 0, group: 1, withinMs: 0, peek: true, waiting: false } as const;

function inTime(done: Promise<unknown>, timeoutMs: number, clock: Clock): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(() => resolve(undefined), timeoutMs);
    void done.then(() => {
      timer.cancel();
      resolve(undefined);
    });
  });
}

function figuresOf({ nowUs, slots, nextUs, remaining, idleUs }: TakeReply, clock: Clock): ToldFigures {
  return {
    left: remaining,
    nextSlotMs: slots.length > 0 ? 0 : Math.max(0, nextUs - nowUs) / 1000,
    fullAfterMs: Math.max(0, idleUs - nowUs) / 1000,
    wallMs: clock.wallNow(),
  };
}

/** Frozen through and through. Limits are frozen already. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
