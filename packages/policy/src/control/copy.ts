import type { Clock } from "@sluice/core";
import type { ControlChange, ControlChanged, ControlSight } from "@sluice/limiter";
import type { ControlNews } from "./control.js";

/** What is known of a space, and since when. */
export interface Copy {
  readonly version: number;
  readonly generation: string;
  readonly records: ReadonlyMap<string, string>;
  /** Grows with every sight; a look that began before another one was taken in may be older than it. */
  readonly turn: number;
  /** Takes a sight in. @returns what is different, or undefined when it is older than what is known. */
  adopt(sight: ControlSight, turn: number): ControlNews | undefined;
  /** Takes a change of one's own in, where nothing came between. @returns undefined where something did. */
  apply(changed: ControlChanged, change: ControlChange): ControlNews | undefined;
  /** The store has answered. */
  confirm(): void;
  /** Since when it has not. Unit: milliseconds. */
  readonly ageMs: number;
  /** The store's wall clock. Unit: milliseconds since the Unix epoch. */
  nowMs(): number;
}

/**
 * An empty copy.
 *
 * @param silenceMs - how long no answer means nothing.
 */
export function createCopy(clock: Clock, silenceMs: number, records: ReadonlyMap<string, string> = new Map()): Copy {
  let known = { version: 0, generation: "", records };
  let turn = 0;
  let confirmedMs = clock.now();
  // Until the store has told its time, there is only this machine's.
  let offsetMs = clock.wallNow() - clock.now();

  const take = (next: typeof known): ControlNews => {
    const before = known;
    known = next;
    turn += 1;
    return { version: next.version, changed: differences(before.records, next.records) };
  };
  return {
    get version() {
      return known.version;
    },
    get generation() {
      return known.generation;
    },
    get records() {
      return known.records;
    },
    get turn() {
      return turn;
    },
    adopt({ version, nowMs, records: seen, head }, asked) {
      if (asked !== turn && head.generation === known.generation && version < known.version) return undefined;
      offsetMs = nowMs - clock.now();
      return take({ version, generation: head.generation, records: seen });
    },
    apply({ version }, { records: written }) {
      if (version !== known.version + 1 || known.generation === "") return undefined;
      const next = new Map(known.records);
      for (const [name, value] of Object.entries(written)) {
        if (value === undefined) next.delete(name);
        else next.set(name, value);
      }
      return take({ ...known, version, records: next });
    },
    confirm() {
      confirmedMs = clock.now();
    },
    get ageMs() {
      const ageMs = clock.now() - confirmedMs;
      return ageMs <= silenceMs ? 0 : ageMs;
    },
    nowMs: () => clock.now() + offsetMs,
  };
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] {
  const gone = [...before.keys()].filter((name) => !after.has(name));
  return [...gone, ...[...after].filter(([name, value]) => before.get(name) !== value).map(([name]) => name)];
}
