import slotOf from "cluster-key-slot";
import { createStoreClock, type StoreClock } from "../store/store-clock.js";
import { createHealth, type Health } from "./health.js";

/** What fails and tells the time by itself: one server, or one slot of a cluster. */
export interface Part {
  readonly clock: StoreClock;
  readonly health: Health;
}

/** The parts of a store. */
export interface Parts {
  /** Where the keys of a scope live. */
  of(scope: string): Part;
  /** Whether any part is known to be away. */
  readonly down: boolean;
  stop(): void;
}

/** What parts need. */
export interface PartsOptions {
  readonly clustered: boolean;
  /** Asks the part that a scope lives in whether it is there and takes writes; rejects when not. */
  readonly ping: (scope: string) => Promise<unknown>;
  /** The first part went. */
  readonly onDown: (reason: string) => void;
  /** The last part is back; from when on the first was away. */
  readonly onUp: (downMs: number) => void;
  /** One part is back. */
  readonly onPartUp?: ((part: Part) => void) | undefined;
}

/** One part for a server; for a cluster one a slot, made when it is first asked for. */
export function createParts({ clustered, ping, onDown, onUp, onPartUp }: PartsOptions): Parts {
  const bySlot = new Map<number, Part>();
  let away = 0;
  let longestMs = 0;

  const make = (scope: string): Part => {
    const part: Part = {
      clock: createStoreClock(),
      health: createHealth({
        ping: () => ping(scope),
        onDown(reason) {
          away += 1;
          if (away === 1) onDown(reason);
        },
        onUp(downMs) {
          away -= 1;
          longestMs = Math.max(longestMs, downMs);
          onPartUp?.(part);
          if (away > 0) return;
          onUp(longestMs);
          longestMs = 0;
        },
      }),
    };
    return part;
  };
  // Scopes are asked about again and again.
  let last: { readonly scope: string; readonly part: Part } | undefined;
  const of = (scope: string): Part => {
    if (last?.scope === scope) return last.part;
    const slot = clustered ? slotOf(`{${scope}}`) : 0;
    let part = bySlot.get(slot);
    if (part === undefined) bySlot.set(slot, (part = make(scope)));
    last = { scope, part };
    return part;
  };
  return {
    of,
    get down() {
      return away > 0;
    },
    stop() {
      for (const { health } of bySlot.values()) health.stop();
    },
  };
}
