import { type Clock, ConfigError, nonEmpty, oneOf, systemClock } from "@sluice/core";
import type { BreakerEvent, IsFailure } from "./breaker.js";
import { memoryBreakerStore } from "./memory-breaker-store.js";
import { thrownIsFailure } from "./outcome.js";
import { type BreakerRuleOptions, type BreakerRules, resolveRules } from "./rules.js";
import type { BreakerStore } from "./store.js";

/** What a breaker is made of. */
export interface BreakerOptions extends BreakerRuleOptions {
  /** Processes with the same name and store share the breaker. Never a secret. Range: 1 to 1024 characters. */
  readonly name: string;
  /** @defaultValue one of its own, in memory */
  readonly store?: BreakerStore;
  /**
   * While the store cannot be asked: `local` decides by what this process sees itself, and keeps what it knew to be open; `closed`
   * refuses all calls.
   *
   * @defaultValue `"local"`
   */
  readonly onStoreError?: "local" | "closed";
  /** @defaultValue what throws has failed, but for aborts and our own refusals */
  readonly isFailure?: IsFailure;
  /** Told of each change of state, once. A failure of this function is a process warning and changes nothing. */
  readonly onEvent?: (event: BreakerEvent) => void;
  readonly clock?: Clock;
}

/** Complete and checked. */
export interface BreakerConfig {
  readonly name: string;
  readonly rules: BreakerRules;
  readonly store: BreakerStore;
  readonly onStoreError: "local" | "closed";
  readonly isFailure: IsFailure;
  readonly onEvent: (event: BreakerEvent) => void;
  readonly clock: Clock;
}

/** @throws ConfigError naming the first option that is out of range. */
export function resolveBreaker(options: BreakerOptions): BreakerConfig {
  const { store, clock = systemClock } = options;
  if (store !== undefined && typeof store?.report !== "function") {
    throw new ConfigError({ option: "store", accepted: "memoryBreakerStore() or redisBreakerStore()", value: store });
  }
  return {
    name: nonEmpty("name", options.name),
    rules: resolveRules(options),
    store: store ?? memoryBreakerStore({ clock }),
    onStoreError: oneOf("onStoreError", options.onStoreError ?? "local", ["local", "closed"]),
    isFailure: optionalFunction("isFailure", options.isFailure) ?? thrownIsFailure,
    onEvent: optionalFunction("onEvent", options.onEvent) ?? (() => {}),
    clock,
  };
}

/** The function, or undefined for none; anything else is a ConfigError. */
export function optionalFunction<Value>(option: string, value: Value): Value {
  if (value === undefined || typeof value === "function") return value;
  throw new ConfigError({ option, accepted: "a function", value });
}
