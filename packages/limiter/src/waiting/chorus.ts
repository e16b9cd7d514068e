import type { Store, StoreCharge, TakeReply } from "../store/store.js";
import { laneKey } from "./lanes.js";

/** The answer to one voice. */
export interface Heard {
  readonly reply: TakeReply;
  /** Name of the question the voice was part of. */
  readonly id: string;
  /** Number of its unit there; undefined when there was none left for it. */
  readonly unit: number | undefined;
}

interface Verse {
  readonly charges: readonly StoreCharge[];
  readonly voices: { readonly resolve: (heard: Heard) => void; readonly reject: (error: unknown) => void }[];
}

/** Most voices in one question. */
const MOST_VOICES = 5_000;

/** Those who ask in one turn for the same charges, now or no, ask the store together: first come, first served. */
export class Chorus {
  readonly #verses = new Map<string, Verse>();

  constructor(
    readonly store: Store,
    readonly scope: string,
    readonly nextId: () => string,
  ) {}

  ask(charges: readonly StoreCharge[]): Promise<Heard> {
    const key = laneKey(charges);
    return new Promise((resolve, reject) => {
      const verse = this.#verses.get(key);
      if (verse !== undefined && verse.voices.length < MOST_VOICES) {
        verse.voices.push({ resolve, reject });
        return;
      }
      const fresh: Verse = { charges, voices: [{ resolve, reject }] };
      this.#verses.set(key, fresh);
      queueMicrotask(() => void this.#sing(key, fresh));
    });
  }

  async #sing(key: string, verse: Verse): Promise<void> {
    if (this.#verses.get(key) === verse) this.#verses.delete(key);
    const { charges, voices } = verse;
    const id = this.nextId();
    try {
      const reply = await this.store.take({
        scope: this.scope,
        charges,
        count: voices.length,
        ahead: 0,
        group: 1,
        withinMs: 0,
        id,
        peek: false,
        waiting: false,
      });
      const units = reply.slots[0]?.units ?? 0;
      const cost = charges.length === 1 ? (charges[0]?.cost ?? 0) : 0;
      for (const [index, { resolve }] of voices.entries()) {
        const after = Math.max(0, units - 1 - index) * cost;
        const own = after === 0 ? reply : { ...reply, remaining: reply.remaining + after };
        resolve({ reply: own, id, unit: index < units ? index : undefined });
      }
    } catch (error) {
      for (const { reject } of voices) reject(error);
    }
  }
}
