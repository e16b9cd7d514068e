import { numbersOf } from "../limits/limit.js";
import type { StoreCharge, Waiting } from "../store/store.js";
import { Lane, type LaneSurroundings } from "./lane.js";

const FEWEST_SWEPT = 256;

/** The lanes of one limiter: those who wait for equal charges wait in one. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  #sweepAt = FEWEST_SWEPT;
  /** Lanes in which somebody waits, and how many of them want tokens of each bucket. */
  #busy = 0;
  readonly #wanting = new Map<string, number>();

  constructor(readonly around: Omit<LaneSurroundings, "onWaiting" | "sharers">) {}

  /** Whether nobody waits for anything. */
  get quiet(): boolean {
    return this.#busy === 0;
  }

  /** Those in which somebody waits. */
  waiting(): readonly Waiting[] {
    if (this.#busy === 0) return [];
    const busy = [...this.#lanes.values()].filter(({ waiting }) => waiting > 0);
    return busy.map(({ charges, waiting }) => ({ charges, count: waiting }));
  }

  /** The lane of these charges if somebody waits in it. */
  waitingFor(charges: readonly StoreCharge[]): Lane | undefined {
    if (this.#busy === 0) return undefined;
    const lane = this.#lanes.get(laneKey(charges));
    return lane !== undefined && lane.waiting > 0 ? lane : undefined;
  }

  of(charges: readonly StoreCharge[]): Lane {
    const key = laneKey(charges);
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      if (this.#lanes.size >= this.#sweepAt) this.#forgetIdle();
      lane = new Lane(charges, { ...this.around, onWaiting: this.#onWaiting, sharers: this.#sharers });
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  /** A pause has begun. */
  hold(buckets: ReadonlySet<string>, pauseMs: number): void {
    for (const lane of this.#touching(buckets)) lane.hold(pauseMs);
  }

  /** Something came free: what the store last said is out of date. */
  refresh(buckets: ReadonlySet<string>): void {
    for (const lane of this.#touching(buckets)) if (lane.waiting > 0) lane.refresh();
  }

  close(error: unknown): void {
    for (const lane of this.#lanes.values()) lane.close(error);
    this.#lanes.clear();
  }

  #touching(buckets: ReadonlySet<string>): Lane[] {
    return [...this.#lanes.values()].filter(({ charges }) => charges.some(({ bucket }) => buckets.has(bucket)));
  }

  readonly #onWaiting = ({ charges }: Lane, waiting: boolean): void => {
    const change = waiting ? 1 : -1;
    this.#busy += change;
    for (const { bucket } of charges) {
      const wanting = (this.#wanting.get(bucket) ?? 0) + change;
      if (wanting === 0) this.#wanting.delete(bucket);
      else this.#wanting.set(bucket, wanting);
    }
  };

  readonly #sharers = (bucket: string): number => (this.#wanting.get(bucket) ?? 1) * (this.around.store.peers ?? 1);

  /** Lanes come and go with their waiters; a few idle ones may stay for the next caller. */
  #forgetIdle(): void {
    for (const [key, lane] of this.#lanes) if (lane.idle) this.#lanes.delete(key);
    this.#sweepAt = Math.max(FEWEST_SWEPT, this.#lanes.size * 2);
  }
}

/** Equal charges give equal texts. */
function laneKey(charges: readonly StoreCharge[]): string {
  return charges.map(({ bucket, limit, cost }) => `${bucket.length}:${bucket}${numbersOf(limit)}x${cost}`).join();
}
