import { isSluiceError, type LimitExceededError } from "@sluice/core";
import type { CheckOptions, PolicyDecision, PolicyEngine } from "@sluice/policy";
import { type Content, contentAnswer } from "./content.js";
import { type RateLimitContext, remember } from "./context.js";
import { problemAnswer, type RateLimitProblem } from "./problem.js";
import type { RouteLimitConfig } from "./rate-limit-options.js";
import type { Answer, AnswerHeaders, RequestView } from "./request-view.js";

/** What becomes of a request that a policy refused: it goes on all the same, or is answered. */
export type Refused =
  | { readonly kind: "on"; readonly context: RateLimitContext }
  | { readonly kind: "answer"; readonly answer: Answer };

/** Answers refusals by their strategy. */
export interface Refusals<Request extends object> {
  answer(view: RequestView<Request>, context: RateLimitContext, how: CheckOptions): Promise<Refused>;
}

/** What answering needs. */
export interface RefusalSurroundings<Request extends object> {
  readonly route: RouteLimitConfig<Request>;
  readonly engine: PolicyEngine;
  readonly fields: (decision: PolicyDecision) => AnswerHeaders;
  readonly problemOf: (decision: PolicyDecision, request: Request) => Promise<RateLimitProblem>;
  readonly report: (error: unknown, request: Request) => unknown;
}

export function createRefusals<Request extends object>(around: RefusalSurroundings<Request>): Refusals<Request> {
  const { route, engine, fields, problemOf, report } = around;
  const { maxDelayMs, maxDelayed, onQueue } = route;
  let delayed = 0;

  /** What the user's function answers, the usual where it fails. */
  const contentOf = async (
    make: RouteLimitConfig<Request>["refused"],
    request: Request,
    problem: RateLimitProblem,
  ): Promise<Content | undefined> => {
    try {
      return await make?.(request, problem);
    } catch (error) {
      report(error, request);
      return undefined;
    }
  };
  const reject = async ({ request }: RequestView<Request>, { decision }: RateLimitContext): Promise<Refused> => {
    const problem = await problemOf(decision, request);
    const usual = problemAnswer(problem, fields(decision));
    const content = await contentOf(route.refused, request, problem);
    if (content === undefined) return { kind: "answer", answer: usual };
    const { "Content-Type": _, ...headers } = usual.headers;
    return { kind: "answer", answer: contentAnswer(content, problem.status, headers) };
  };
  const hold = async (view: RequestView<Request>, context: RateLimitContext, how: CheckOptions): Promise<Refused> => {
    if (delayed >= maxDelayed || context.decision.retryAfterMs > maxDelayMs) return reject(view, context);
    delayed += 1;
    try {
      const signal = view.gone();
      const decision = await engine.acquire(context.identity, { ...how, timeoutMs: maxDelayMs, signal });
      return { kind: "on", context: { ...context, decision } };
    } catch (error) {
      const late = isSluiceError(error) && error.code === "LIMIT_EXCEEDED";
      // Nobody reads what a client that went away is answered.
      if (!late && !view.gone().aborted) throw error;
      const retryAfterMs = late ? (error as LimitExceededError).retryAfterMs : context.decision.retryAfterMs;
      return reject(view, { ...context, decision: { ...context.decision, retryAfterMs } });
    } finally {
      delayed -= 1;
    }
  };
  const queue = async (view: RequestView<Request>, context: RateLimitContext): Promise<Refused> => {
    const { request } = view;
    const problem = await problemOf(context.decision, request);
    try {
      await onQueue?.(request, problem);
    } catch (error) {
      report(error, request);
      return reject(view, context);
    }
    const { policy, retryAfter, retryAfterMs } = problem;
    const body = {
      status: 202,
      title: "Accepted for later",
      detail: `Not done yet. ${again(retryAfter)}`,
      policy,
      retryAfter,
      retryAfterMs,
    };
    const headers = { ...fields(context.decision), "Retry-After": String(retryAfter) };
    return { kind: "answer", answer: contentAnswer({ body }, 202, headers) };
  };
  const degrade = async (view: RequestView<Request>, context: RateLimitContext): Promise<Refused> => {
    const { request } = view;
    const content = await contentOf(route.degraded, request, await problemOf(context.decision, request));
    if (content === undefined) return { kind: "on", context: { ...context, degraded: true } };
    return { kind: "answer", answer: contentAnswer(content, 200, fields(context.decision)) };
  };

  return {
    answer(view, context, how) {
      // So that the user's functions find it.
      remember(view.request, context);
      switch (route.strategy ?? context.decision.strategy) {
        case "throttle":
          return hold(view, context, how);
        case "queue":
          return queue(view, context);
        case "degrade":
          return degrade(view, context);
        default:
          return reject(view, context);
      }
    },
  };
}

function again(seconds: number): string {
  return `There will be room in ${seconds} second${seconds === 1 ? "" : "s"}.`;
}
