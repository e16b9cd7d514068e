import { anObject, type Clock, StoreUnavailableError, systemClock, wholeBetween } from "@sluice/core";
import type { BreakerRules } from "./rules.js";
import { type Circuit, force, keptUntil, newCircuit, probe, report, settle, tune, view } from "./circuit.js";
import type { BreakerStore, BreakerView } from "./store.js";

/** Settings of a breaker store in memory. */
export interface MemoryBreakerStoreOptions {
  /**
   * Most breakers kept. Those that are closed with nothing counted make room for others; while the table is full of the rest, a new
   * one is refused. Range: whole numbers 1 to 1e6.
   *
   * @defaultValue 10000
   */
  readonly maxBreakers?: number;
  readonly clock?: Clock;
}

/** A breaker store in memory: it answers at once, without promises. */
export interface MemoryBreakerStore extends BreakerStore {
  report(...args: Parameters<BreakerStore["report"]>): BreakerView;
  probe(...args: Parameters<BreakerStore["probe"]>): { readonly granted: boolean; readonly view: BreakerView };
  settle(...args: Parameters<BreakerStore["settle"]>): BreakerView;
  force(...args: Parameters<BreakerStore["force"]>): BreakerView;
  /** Begins with what is known from elsewhere. */
  seed(name: string, known: BreakerView): void;
  /** Breakers that are kept. */
  readonly size: number;
}

interface Kept {
  readonly circuit: Circuit;
  untilUs: number;
}

/**
 * Breakers in this process alone: for one process, for tests, and while no shared store can be asked.
 *
 * @throws ConfigError when `maxBreakers` is out of range.
 */
export function memoryBreakerStore(options: MemoryBreakerStoreOptions = {}): MemoryBreakerStore {
  anObject("options", options);
  const clock = options.clock ?? systemClock;
  const maxBreakers = wholeBetween("maxBreakers", options.maxBreakers ?? 10_000, 1, 1e6);
  const kept = new Map<string, Kept>();
  const listeners = new Map<string, Set<(view: BreakerView) => void>>();
  // 0 stands for no instant.
  const nowUs = (): number => Math.round(clock.now() * 1000) + 1;

  const tell = (name: string, seen: BreakerView): void => {
    for (const listener of listeners.get(name) ?? []) listener(seen);
  };
  const makeRoom = (now: number): void => {
    for (const [name, { untilUs }] of kept) if (untilUs <= now) kept.delete(name);
    if (kept.size < maxBreakers) return;
    for (const [name, { circuit }] of kept) if (isUneventful(circuit)) kept.delete(name);
  };
  const insert = (name: string, circuit: Circuit, untilUs: number, now: number): void => {
    if (kept.size >= maxBreakers) makeRoom(now);
    if (kept.size >= maxBreakers) {
      throw new StoreUnavailableError(
        `The memory store is full of breakers; raise maxBreakers (now ${maxBreakers}) or use fewer names`,
      );
    }
    kept.set(name, { circuit, untilUs });
  };
  /** One step on a breaker; the others are told when it has changed, or when the step says so. */
  const step = (
    name: string,
    rules: BreakerRules,
    act: (circuit: Circuit, now: number) => boolean | void,
  ): BreakerView => {
    const now = nowUs();
    const found = kept.get(name);
    const circuit = found === undefined || found.untilUs <= now ? newCircuit() : found.circuit;
    tune(circuit, rules, now);
    const { version } = circuit;
    const worthTelling = act(circuit, now) === true || circuit.version !== version;
    const untilUs = keptUntil(circuit, rules, now);
    if (untilUs <= now) kept.delete(name);
    else if (found?.circuit === circuit) found.untilUs = untilUs;
    else {
      kept.delete(name);
      insert(name, circuit, untilUs, now);
    }
    const seen = view(circuit, rules, now);
    if (worthTelling) tell(name, seen);
    return seen;
  };

  return {
    get size() {
      return kept.size;
    },
    report: (name, rules, counts) => step(name, rules, (circuit, now) => report(circuit, rules, counts, now)),
    probe(name, rules, id) {
      let granted = false;
      const seen = step(name, rules, (circuit, now) => {
        granted = probe(circuit, rules, id, now);
      });
      return { granted, view: seen };
    },
    settle: (name, rules, end) => step(name, rules, (circuit, now) => settle(circuit, rules, end, now)),
    force: (name, rules, how) => step(name, rules, (circuit, now) => force(circuit, rules, how, now)),
    seed(name, { state, version, reason, leftMs }) {
      const now = nowUs();
      const circuit = newCircuit();
      circuit.kind = state === "half-open" ? "open" : state;
      circuit.version = version;
      circuit.reason = reason;
      if (circuit.kind !== "closed" && Number.isFinite(leftMs)) {
        // Half-open: a probe under way elsewhere is not waited for, since nobody can say how it ends.
        circuit.lastsUs = state === "half-open" ? 0 : Math.round(leftMs * 1000);
        circuit.untilUs = now + circuit.lastsUs;
      }
      kept.delete(name);
      insert(name, circuit, now + 86_400e6, now);
    },
    onChange(name, listener) {
      const heard = listeners.get(name) ?? new Set();
      listeners.set(name, heard.add(listener));
      return () => {
        heard.delete(listener);
        if (heard.size === 0) listeners.delete(name);
      };
    },
    async close() {
      kept.clear();
      listeners.clear();
    },
  };
}

/** Whether nothing is lost when it is forgotten. */
function isUneventful({ kind, untilUs, tally }: Circuit): boolean {
  return kind === "closed" && untilUs === 0 && tally.slices.length === 0 && tally.row.length === 0;
}
