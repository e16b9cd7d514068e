import { wholeAtLeast } from "../checks.js";
import type { LedgerEntry } from "./entry.js";
import { countEntries, maxInWindow, throttledEntries, type LedgerFilter } from "./readings.js";

/**
 * What a simulator was asked and what it answered.
 *
 * @public
 */
export interface Ledger {
  /** Most entries kept; when full, the oldest makes room for the newest. */
  readonly capacity: number;
  /** All entries kept, oldest first. */
  entries(): readonly LedgerEntry[];
  /** How many entries kept agree with the filter. */
  count(filter?: LedgerFilter): number;
  /** The entries refused for their rate, oldest first. */
  throttled(): readonly LedgerEntry[];
  /** The most accepted requests of a method in any window; see the pure function of the same name. */
  maxInWindow(method: string, windowMs: number, within?: LedgerFilter): number;
  /** How many entries were let go because the ledger was full, since the last `clear()`. */
  dropped(): number;
  /** Forgets everything. */
  clear(): void;
}

/** A ledger that can be written to. @public */
export interface WritableLedger extends Ledger {
  record(entry: LedgerEntry): void;
}

/** Settings of a ledger. @public */
export interface LedgerOptions {
  /**
   * Most entries kept. Range: whole numbers >= 1.
   *
   * @defaultValue 1 000 000
   */
  readonly capacity?: number;
  /**
   * Told once, when the first entry is let go.
   *
   * @defaultValue a process warning
   */
  readonly onFull?: (message: string) => void;
}

/** Makes an empty ledger. @public */
export function createLedger(options: LedgerOptions = {}): WritableLedger {
  const capacity = wholeAtLeast("ledgerCapacity", options.capacity ?? 1_000_000, 1);
  const onFull = options.onFull ?? ((message: string) => process.emitWarning(message, "SimulatorWarning"));
  let kept: LedgerEntry[] = [];
  let dropped = 0;

  const entries = (): readonly LedgerEntry[] => {
    const oldest = dropped % capacity;
    return [...kept.slice(oldest), ...kept.slice(0, oldest)];
  };

  return {
    capacity,
    entries,
    count: (filter) => countEntries(kept, filter),
    throttled: () => throttledEntries(entries()),
    maxInWindow: (method, windowMs, within) => maxInWindow(entries(), method, windowMs, within),
    dropped: () => dropped,
    clear() {
      kept = [];
      dropped = 0;
    },
    record(entry) {
      if (kept.length < capacity) {
        kept.push(entry);
        return;
      }
      if (dropped === 0) onFull(`the ledger holds ${capacity} entries and now drops the oldest ones`);
      kept[dropped % capacity] = entry;
      dropped += 1;
    },
  };
}
