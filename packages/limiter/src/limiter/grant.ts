import type { Store, StoreCharge } from "../store/store.js";
import type { Grant } from "./limiter.js";

/** What grants need of their limiter. */
export interface GrantSurroundings {
  readonly store: Store;
  readonly scope: string;
  /** Told when units of these charges were given back. */
  readonly freed: (charges: readonly StoreCharge[]) => void;
}

/** One unit and the question it came from. */
export interface TakenUnit {
  readonly id: string;
  readonly unit: number;
  readonly atUs: number;
  readonly remaining: number;
  readonly askedMs: number;
}

/** Tokens and places of one unit. */
export class UnitGrant implements Grant {
  readonly waitedMs: number;
  readonly atUs: number;
  readonly remaining: number;
  readonly askedMs: number;
  readonly #around: GrantSurroundings;
  readonly #id: string;
  readonly #unit: number;
  /** Charges that have not been given back. */
  #held: readonly StoreCharge[];
  /** Whether places were held and are no more. */
  #placeless = false;
  #released: Promise<void> | undefined;
  #givenBack: Promise<void> | undefined;

  constructor(around: GrantSurroundings, charges: readonly StoreCharge[], unit: TakenUnit, waitedMs: number) {
    this.#around = around;
    this.#held = charges;
    this.#id = unit.id;
    this.#unit = unit.unit;
    this.waitedMs = waitedMs;
    this.atUs = unit.atUs;
    this.remaining = unit.remaining;
    this.askedMs = unit.askedMs;
  }

  giveBack(buckets?: readonly string[]): Promise<void> {
    if (buckets !== undefined) return this.#return(this.#take(({ bucket }) => buckets.includes(bucket)));
    this.#givenBack ??= this.#return(this.#take(() => true));
    return this.#givenBack;
  }

  release(): Promise<void> {
    this.#released ??= this.#givenBack ?? this.#return(this.#take(isPlace));
    return this.#released;
  }

  async renew(): Promise<boolean> {
    const places = this.#held.filter(isPlace);
    if (this.#placeless) return false;
    if (places.length === 0) return true;
    return (await this.#around.store.renew?.(this.#request(places))) ?? false;
  }

  async landed(): Promise<void> {
    const windows = this.#held.filter(({ limit }) => limit.kind === "slidingWindow");
    if (windows.length > 0) await this.#around.store.landed(this.#request(windows));
  }

  /** What is to be given back, each once. */
  #take(which: (charge: StoreCharge) => boolean): readonly StoreCharge[] {
    const taken = this.#held.filter(which);
    this.#held = this.#held.filter((charge) => !taken.includes(charge));
    this.#placeless ||= taken.some(isPlace);
    return taken;
  }

  async #return(charges: readonly StoreCharge[]): Promise<void> {
    if (charges.length === 0) return;
    await this.#around.store.giveBack(this.#request(charges));
    this.#around.freed(charges);
  }

  #request(charges: readonly StoreCharge[]): Parameters<Store["giveBack"]>[0] {
    const units = [{ atUs: this.atUs, unit: this.#unit }];
    return { scope: this.#around.scope, charges, id: this.#id, units };
  }
}

/** A grant of nothing: of no charges, or of a limiter that is switched off. */
export const freeGrant: Grant = Object.freeze({
  waitedMs: 0,
  atUs: 0,
  remaining: Number.POSITIVE_INFINITY,
  giveBack: async () => {},
  release: async () => {},
  renew: async () => true,
  landed: async () => {},
});

/**
 * Gives back what came after its caller had given up.
 *
 * @throws the signal's own reason.
 */
export async function abandon(grant: Grant, signal: AbortSignal): Promise<never> {
  // What cannot be given back is gone, and that is not what the caller has to hear.
  await grant.giveBack().catch(() => {});
  throw signal.reason;
}

function isPlace({ limit }: StoreCharge): boolean {
  return limit.kind === "concurrency";
}
