import { ConfigError } from "@sluice/core";
import type { CustomLimit } from "./custom-limit.js";
import { freezeJson, jsonRule } from "./json.js";

/** One call decided by a custom limit, checked. */
export type Verdict =
  | { readonly kind: "allowed"; readonly state: unknown; readonly remaining: number | undefined }
  | { readonly kind: "delayed"; readonly retryAfterUs: number }
  | { readonly kind: "impossible" };

/** Longest wait an algorithm may ask for, 30 years; longer ones have no meaning, and their microseconds no room. */
const LONGEST_WAIT_MS = 30 * 365 * 86_400_000;

/**
 * Asks an algorithm about one call.
 *
 * @param known - parts of states that are known to be JSON.
 * @throws ConfigError naming the algorithm, when it throws or does not answer as it should.
 */
export function evaluate(
  limit: CustomLimit,
  state: unknown,
  nowMs: number,
  cost: number,
  known: WeakSet<object>,
): Verdict {
  const before = state === undefined ? limit.initial : state;
  // What it is given must stay as it is, for it may be asked again.
  freezeJson(before, known);
  let result: unknown;
  try {
    result = limit.algorithm(before, nowMs, cost);
  } catch (error) {
    const problem = wrong(limit, "a function that does not throw", "one that did", "See the cause");
    problem.cause = error;
    throw problem;
  }
  return checked(limit, result, known);
}

function checked(limit: CustomLimit, result: unknown, known: WeakSet<object>): Verdict {
  if (!isRecord(result) || !isRecord(result["decision"]))
    throw wrong(limit, "a function that returns { state, decision }", result);
  const { state, decision } = result;
  const verdict = read(limit, decision as Readonly<Record<string, unknown>>);
  if (verdict.kind !== "allowed") return verdict;
  if (!freezeJson(state, known)) throw wrong(limit, `a function whose state is ${jsonRule}`, state);
  return { ...verdict, state };
}

function read(limit: CustomLimit, decision: Readonly<Record<string, unknown>>): Verdict {
  const { kind, allowed, remaining, retryAfterMs } = decision;
  if (kind !== undefined && allowed !== undefined) throw wrongDecision(limit, "both");
  switch (allowed === true ? "allowed" : allowed === false ? "delayed" : kind) {
    case "allowed":
      if (remaining !== undefined && !isBetween(remaining, Number.MAX_SAFE_INTEGER))
        throw wrong(limit, "a function whose `remaining` is a finite number >= 0", remaining);
      return {
        kind: "allowed",
        state: undefined,
        remaining: remaining === undefined ? undefined : Math.floor(remaining),
      };
    case "delayed":
      if (!isBetween(retryAfterMs, LONGEST_WAIT_MS))
        throw wrong(limit, "a function whose `retryAfterMs` is a number from 0 to 30 years", retryAfterMs);
      // Up, but for what is left of dividing and multiplying by a thousand; and never "now", since it has just said no.
      return { kind: "delayed", retryAfterUs: Math.max(1, Math.ceil(retryAfterMs * 1000 - 1e-3)) };
    case "impossible":
      return { kind: "impossible" };
    default:
      throw wrongDecision(limit, kind ?? allowed);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isBetween(value: unknown, most: number): value is number {
  return typeof value === "number" && value >= 0 && value <= most;
}

function wrongDecision(limit: CustomLimit, value: unknown): ConfigError {
  const accepted =
    "a function whose decision has `allowed` true or false, or a `kind` of allowed, delayed or impossible";
  return wrong(limit, accepted, value);
}

/** An algorithm that does not do what it must; nothing was taken. */
export function wrong(limit: CustomLimit, accepted: string, value: unknown, hint?: string): ConfigError {
  const option = `the algorithm of custom limit ${JSON.stringify(limit.name)}`;
  return new ConfigError({ option, accepted, value, ...(hint === undefined ? {} : { hint }) });
}
