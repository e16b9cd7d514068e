import type { PolicyDecision, PolicyWindow, Scope } from "@sluice/policy";
import type { Answer, AnswerHeaders } from "./request-view.js";

/** The members that every problem has. @see https://www.rfc-editor.org/rfc/rfc9457 */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance?: string;
}

/** A refusal by a policy, as it is sent. Names the policy and its windows, and nobody. */
export interface RateLimitProblem extends Problem {
  /** Names of policies, as the draft has it. */
  readonly "violated-policies": readonly string[];
  readonly policy: string;
  readonly scope: Scope;
  readonly windows: readonly ProblemWindow[];
  /** When to try again, as `Retry-After`. Unit: seconds, whole, at least 1. */
  readonly retryAfter: number;
  /** Unit: milliseconds, whole. */
  readonly retryAfterMs: number;
}

/** A window of the policy that refused. */
export interface ProblemWindow {
  readonly limit: number;
  /** Unit: milliseconds. */
  readonly windowMs: number;
  /** How many more may go at once. */
  readonly burst: number;
}

/** @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/11/ (problem types, read 2026-11) */
const types = "https://iana.org/assignments/http-problem-types";

const unitMs = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** A wait beyond this is no different. */
const LONGEST_MS = 31 * unitMs.day;

/** What to tell somebody whom a policy refused. */
export function rateLimitProblem(
  decision: PolicyDecision,
  known: readonly PolicyWindow[] | undefined,
  instance: string | undefined,
): RateLimitProblem {
  const { policy = "", scope = "global", window } = decision;
  const windows = known?.map(windowOf) ?? (window === undefined ? [] : [windowOf(window)]);
  const possible = Number.isFinite(decision.retryAfterMs);
  const retryAfterMs = Math.ceil(Math.min(possible ? decision.retryAfterMs : (window?.windowMs ?? 0), LONGEST_MS));
  const retryAfter = wholeSeconds(retryAfterMs);
  const reason = possible
    ? `Try again in ${retryAfter} second${retryAfter === 1 ? "" : "s"}.`
    : "This request asks for more than is ever allowed at once.";
  return {
    type: `${types}#quota-exceeded`,
    title: "Too many requests",
    status: 429,
    detail: `Policy ${policy} allows ${windows.map(windowText).join(", and ")}. ${reason}`,
    ...(instance === undefined ? {} : { instance }),
    "violated-policies": [policy],
    policy,
    scope,
    windows,
    retryAfter,
    retryAfterMs,
  };
}

/** What to tell somebody for whom there is no room just now, through no fault of theirs. */
export function capacityProblem(
  status: number,
  title: string,
  detail: string,
  retryAfterMs: number,
): Problem & { readonly retryAfter: number } {
  return { type: `${types}#temporary-reduced-capacity`, title, status, detail, retryAfter: wholeSeconds(retryAfterMs) };
}

/** A problem as an answer, with `Retry-After` where it has one. */
export function problemAnswer(
  problem: Problem & { readonly retryAfter?: number },
  headers: AnswerHeaders = {},
): Answer {
  const retry = problem.retryAfter === undefined ? {} : { "Retry-After": String(problem.retryAfter) };
  return {
    status: problem.status,
    headers: { ...headers, ...retry, "Content-Type": "application/problem+json" },
    body: JSON.stringify(problem),
  };
}

/** Whole seconds, never too early, and at least one. */
export function wholeSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}

function windowOf({ limit, per, windowMs, burst = 0 }: PolicyWindow): ProblemWindow {
  return { limit, windowMs: windowMs ?? unitMs[per ?? "minute"], burst };
}

function windowText({ limit, windowMs, burst }: ProblemWindow): string {
  const unit = Object.entries(unitMs).find(([, ms]) => ms === windowMs)?.[0] ?? `${windowMs / 1000} seconds`;
  return `${limit} per ${unit}${burst === 0 ? "" : ` and ${burst} more at once`}`;
}
