import { anObject, between, ConfigError, nonEmpty, wholeBetween } from "@sluice/core";
import { freezeJson, jsonRule } from "./json.js";
import { encodeRecord } from "./record.js";

/** A limit whose rule is a function of yours. Plain data but for that function. */
export interface CustomLimit {
  readonly kind: "custom";
  /** Names the rule: buckets of another name have another state. Give a new name when the shape of the state changes. */
  readonly name: string;
  /** What a store holds may come from anywhere, so the state is `unknown` here. */
  algorithm(state: unknown, nowMs: number, cost: number): CustomResult<unknown>;
  /** The state of a bucket that was never used, or not for long. */
  readonly initial?: unknown;
  /** Average tokens per second, where that can be said: how far those who wait plan ahead. */
  readonly rate?: number;
  /** Most tokens that can ever be granted at one instant, where that can be said: a dearer call is refused as impossible. */
  readonly capacity?: number;
}

/** What an algorithm answers. */
export interface CustomResult<State> {
  /** The bucket after a call that was allowed; of a refused one it is not kept. Any JSON value of at most 64 KiB as text. */
  readonly state: State;
  readonly decision: CustomDecision;
}

/** Yes or no, in either of two spellings. Unit of `retryAfterMs`: milliseconds. Range: 0 to 30 years. */
export type CustomDecision =
  | { readonly allowed: true; readonly remaining?: number | undefined }
  | { readonly allowed: false; readonly retryAfterMs: number }
  | { readonly kind: "allowed"; readonly remaining?: number | undefined }
  | { readonly kind: "delayed"; readonly retryAfterMs: number }
  | { readonly kind: "impossible" };

/** A rule and its numbers. */
export interface CustomLimitOptions<State> {
  /** One name, one rule: rules made with different numbers need different names. Range: 1 to 96 characters. */
  readonly name: string;
  /**
   * Decides one call. Must be pure: the same answer for the same arguments, nothing changed outside, `state` included, which is
   * frozen. It may be asked about a call that is not made in the end.
   *
   * @param state - as it last returned it; `initial` at first.
   * @param nowMs - the store's clock. Unit: milliseconds, with fractions. It may step back a little when a store fails over.
   * @param cost - tokens asked for, a whole number from 1.
   */
  readonly algorithm: (state: State, nowMs: number, cost: number) => CustomResult<State>;
  /** The state of an unused bucket. @defaultValue `undefined` */
  readonly initial?: State;
  /** Average tokens per second, where that can be said. Range: 1e-6 to 1e9. */
  readonly rate?: number | undefined;
  /** Most tokens ever granted at one instant, where that can be said. Range: whole numbers 1 to 2e9. */
  readonly capacity?: number | undefined;
}

/**
 * A limit by a rule of your own. It needs a store made by `withCustomLimits`, costs a lock and a few round trips a question, and books
 * nothing ahead; a limit of the built-in kinds is much cheaper.
 *
 * @throws ConfigError `CONFIG_INVALID` naming the option that is out of range.
 */
export function customLimit<State>(options: CustomLimitOptions<State> & { readonly initial: State }): CustomLimit;
export function customLimit<State>(options: CustomLimitOptions<State | undefined>): CustomLimit;
export function customLimit<State>(options: CustomLimitOptions<State>): CustomLimit {
  const { name, algorithm, initial, rate, capacity } = anObject("options", options, "{ name, algorithm, ... }");
  if (typeof algorithm !== "function")
    throw new ConfigError({ option: "algorithm", accepted: "a function", value: algorithm });
  const own = initial === undefined ? undefined : checkInitial(initial);
  return Object.freeze({
    kind: "custom",
    name: nonEmpty("name", name, 96),
    algorithm,
    ...(own === undefined ? {} : { initial: own }),
    ...(rate === undefined ? {} : { rate: between("rate", rate, 1e-6, 1e9) }),
    ...(capacity === undefined ? {} : { capacity: wholeBetween("capacity", capacity, 1, 2e9) }),
  });
}

/** A copy of our own, which nobody can change any more. */
function checkInitial(initial: unknown): unknown {
  const copy: unknown = freezeJson(initial) ? JSON.parse(JSON.stringify(initial)) : undefined;
  if (copy === undefined) throw new ConfigError({ option: "initial", accepted: jsonRule, value: initial });
  if (encodeRecord({ state: copy, pausedUntilUs: 0 }) === undefined)
    throw new ConfigError({ option: "initial", accepted: "at most 64 KiB as JSON text", value: initial });
  freezeJson(copy);
  return copy;
}
