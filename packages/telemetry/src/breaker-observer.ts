import { anObject, systemClock } from "@sluice/core";
import { register } from "prom-client";
import type { MetricsRegistry } from "./families/registry.js";
import { boardOf } from "./labels/board-of.js";
import { MAX_BREAKERS } from "./labels/caps.js";
import { labelText, other } from "./labels/label-text.js";

/** How a circuit breaker stands. */
export type BreakerMetricState = "closed" | "open" | "half-open" | "isolated";

/** Shows breakers as the gauge `sluice_circuit_breaker_state`: 0 closed, 1 open, 2 half-open, 3 isolated. Never throws. */
export interface BreakerObserver {
  /** Fits a breaker's `onEvent`. */
  readonly onEvent: (event: { readonly name: string; readonly to: BreakerMetricState }) => void;
  /** Shows a breaker that has not changed yet. */
  show(name: string, state: BreakerMetricState): void;
}

/** What the observer is made for. */
export interface BreakerObserverOptions {
  /** Where the gauge is registered. @defaultValue prom-client's global `register` */
  readonly registry?: MetricsRegistry;
}

/** Unclosed ones behind `other` that are told apart. */
const MOST_HIDDEN = 10_000;

const values: ReadonlyMap<string, number> = new Map([
  ["closed", 0],
  ["open", 1],
  ["half-open", 2],
  ["isolated", 3],
]);

/**
 * Makes the observer; those of one registry share the gauge, and the room in it.
 *
 * @throws ConfigError for a `registry` that is none.
 */
export function createBreakerObserver(options: BreakerObserverOptions = {}): BreakerObserver {
  anObject("options", options);
  const registry = options.registry ?? register;
  const gauge = boardOf(registry, systemClock).families.breaker;
  const { shown, hidden } = roomOf(registry);

  const show = (breaker: string, state: BreakerMetricState): void => {
    const value = values.get(state);
    if (value === undefined) return;
    const label = labelText(breaker);
    if (shown.has(label) || shown.size < MAX_BREAKERS) {
      shown.add(label);
      gauge.cell({ breaker: label }).set(value);
      return;
    }
    if (value === 0) hidden.delete(breaker);
    else if (hidden.has(breaker) || hidden.size < MOST_HIDDEN) hidden.set(breaker, value);
    gauge.cell({ breaker: other }).set(Math.max(0, ...hidden.values()));
  };
  return { onEvent: (event) => show(event.name, event.to), show };
}

interface Room {
  readonly shown: Set<string>;
  /** Values of the unclosed ones that are not shown by name. */
  readonly hidden: Map<string, number>;
}

const rooms = new WeakMap<MetricsRegistry, Room>();

function roomOf(registry: MetricsRegistry): Room {
  let room = rooms.get(registry);
  if (room === undefined) {
    room = { shown: new Set(), hidden: new Map() };
    rooms.set(registry, room);
  }
  return room;
}
