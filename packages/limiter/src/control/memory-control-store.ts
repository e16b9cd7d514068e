import { anObject, type Clock, type Random, systemClock, systemRandom, wholeBetween } from "@sluice/core";
import { createListeners } from "../store/listeners.js";
import { digestOf, noDigest } from "./audit.js";
import { otherVersion } from "./change-conflict-error.js";
import { checkAuditOptions, checkChange, checkSpace } from "./check-change.js";
import type { AuditEntry, AuditHead, ControlStore } from "./store.js";

/** How much of the audit is kept. */
export interface AuditBounds {
  /** The oldest entries above it are trimmed. Range: whole numbers 1 to 1e8. @defaultValue 1000000 */
  readonly auditMaxEntries?: number;
  /** Older entries are trimmed. Unit: milliseconds. Range: whole numbers 1000 to 1e12. @defaultValue 31536000000, a year */
  readonly auditMaxAgeMs?: number;
}

/** Settings of a control store in memory. */
export interface MemoryControlStoreOptions extends AuditBounds {
  readonly clock?: Clock;
  readonly random?: Random;
}

interface Space {
  readonly generation: string;
  readonly records: Map<string, string>;
  readonly entries: AuditEntry[];
  version: number;
  digest: string;
  from: string;
  trimmed: number;
}

/**
 * Shared state in this process alone: for one process, and for tests.
 *
 * @throws ConfigError when a bound is out of range.
 */
export function memoryControlStore(options: MemoryControlStoreOptions = {}): ControlStore {
  anObject("options", options);
  const { clock = systemClock, random = systemRandom } = options;
  const bounds = checkBounds(options);
  const spaces = new Map<string, Space>();
  const listeners = createListeners<undefined>();

  const newSpace = (): Space => ({
    generation: drawGeneration(random),
    records: new Map(),
    entries: [],
    version: 0,
    digest: noDigest,
    from: noDigest,
    trimmed: 0,
  });
  const append = (kept: Space, draft: Omit<AuditEntry, "id" | "atMs" | "version" | "digest">): AuditEntry => {
    const last = kept.entries.at(-1);
    const atMs = Math.max(Math.floor(clock.wallNow()), last?.atMs ?? 0);
    const content = { ...draft, atMs, version: kept.version + 1 };
    const entry = { id: idAfter(last?.id, atMs), ...content, digest: digestOf(kept.digest, content) };
    kept.version = entry.version;
    kept.digest = entry.digest;
    kept.entries.push(entry);
    trim(kept, bounds, atMs);
    return entry;
  };

  return {
    async read(space, known) {
      const kept = spaces.get(checkSpace(space));
      const version = kept?.version ?? 0;
      const head = headOf(kept);
      const same =
        typeof known === "object"
          ? known.version === version && known.generation === head.generation
          : known === version;
      if (same) return undefined;
      return { version, nowMs: clock.wallNow(), records: new Map(kept?.records), head };
    },
    async change(space, change) {
      const { records, entry: draft, ifVersion } = checkChange(space, change);
      const kept = spaces.get(space) ?? newSpace();
      if (ifVersion !== undefined && ifVersion !== kept.version) throw otherVersion(space, kept.version, ifVersion);
      spaces.set(space, kept);
      for (const [name, value] of records) {
        if (value === undefined) kept.records.delete(name);
        else kept.records.set(name, value);
      }
      const entry = append(kept, draft);
      listeners.tell(space, undefined);
      return { version: entry.version, entry };
    },
    onChange: (space, listener) => listeners.add(checkSpace(space), () => listener()),
    async audit(space, asked = {}) {
      const { after, count, newest } = checkAuditOptions(asked);
      const entries = spaces.get(checkSpace(space))?.entries ?? [];
      const first = after === undefined ? 0 : firstAfter(entries, after);
      return newest ? entries.slice(Math.max(first, entries.length - count)) : entries.slice(first, first + count);
    },
    async close() {
      spaces.clear();
    },
  };
}

/** @throws ConfigError when a bound is out of range. */
export function checkBounds({ auditMaxEntries, auditMaxAgeMs }: AuditBounds): Required<AuditBounds> {
  return {
    auditMaxEntries: wholeBetween("auditMaxEntries", auditMaxEntries ?? 1_000_000, 1, 1e8),
    auditMaxAgeMs: wholeBetween("auditMaxAgeMs", auditMaxAgeMs ?? 365 * 86_400_000, 1000, 1e12),
  };
}

/** A name that no other life of a space has. */
export function drawGeneration(random: Random): string {
  return Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0"),
  ).join("");
}

function headOf(kept: Space | undefined): AuditHead {
  if (kept === undefined) return { digest: noDigest, from: noDigest, kept: 0, trimmed: 0, generation: "" };
  const { digest, from, entries, trimmed, generation } = kept;
  return { digest, from, kept: entries.length, trimmed, generation };
}

/** The newest entry stays, however old it is: the next one builds on it. */
function trim(kept: Space, { auditMaxEntries, auditMaxAgeMs }: Required<AuditBounds>, nowMs: number): void {
  for (let first = kept.entries[0]; first !== undefined && kept.entries.length > 1; first = kept.entries[0]) {
    if (kept.entries.length <= auditMaxEntries && first.atMs >= nowMs - auditMaxAgeMs) return;
    kept.entries.shift();
    kept.from = first.digest;
    kept.trimmed += 1;
  }
}

function idAfter(last: string | undefined, atMs: number): string {
  const [ms, sequence] = (last ?? "0-0").split("-").map(Number);
  return ms === atMs ? `${atMs}-${(sequence ?? 0) + 1}` : `${atMs}-0`;
}

/** Index of the first entry whose id is above this one; ids grow. */
function firstAfter(entries: readonly AuditEntry[], id: string): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareIds(entries[middle]?.id ?? "", id) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

function compareIds(one: string, other: string): number {
  const [ms = 0, sequence = 0] = one.split("-").map(Number);
  const [otherMs = 0, otherSequence = 0] = other.split("-").map(Number);
  return ms - otherMs || sequence - otherSequence;
}
