import { anObject, warnOnce } from "@sluice/core";
import type { PolicyDecision, PolicyEngine } from "@sluice/policy";
import type { RateLimitContext } from "./context.js";
import { createIdentifier } from "./identify.js";
import { createPolicyBook } from "./policy-book.js";
import { type RateLimitProblem, rateLimitProblem } from "./problem.js";
import { rateLimitHeaders } from "./rate-limit-headers.js";
import {
  engineOf,
  type RateLimitOptions,
  resolveAnswers,
  resolveRoute,
  type RouteLimitOptions,
} from "./rate-limit-options.js";
import type { AnswerHeaders, Gate } from "./request-view.js";
import { createRouteGate } from "./route-gate.js";

/** Asks the policies about requests. */
export interface RateLimitGate<Request extends object> extends Gate<Request, RateLimitContext> {
  readonly engine: PolicyEngine;
  /** The same engine and identities with options of a route's own. @throws ConfigError */
  with(options: RouteLimitOptions<Request>): Gate<Request, RateLimitContext>;
  /** Closes what was made here; an engine that was handed in stays open. */
  close(): Promise<void>;
}

/** @throws ConfigError naming the option that is out of range. */
export function createRateLimitGate<Request extends object>(
  options: RateLimitOptions<Request>,
): RateLimitGate<Request> {
  anObject("options", options);
  const { headers, legacyReset, clock } = resolveAnswers(options);
  const route = resolveRoute(options);
  const warn = warnOnce("SLUICE_HTTP");
  const report = (error: unknown, request: Request): "allow" | "refuse" => {
    if (options.onError === undefined) warn("A request could not be looked at in full", error);
    try {
      return options.onError?.(error, request) === "allow" ? "allow" : "refuse";
    } catch {
      return "refuse";
    }
  };
  const identify = createIdentifier(options, (error, { request }) => void report(error, request));
  const timeoutMs = options.identifyTimeoutMs ?? 1000;
  const { engine, own } = engineOf(options);
  const book = createPolicyBook(engine, clock);

  const fields = (decision: PolicyDecision): AnswerHeaders =>
    rateLimitHeaders(decision, headers, legacyReset, clock.wallNow());
  const problemOf = async (decision: PolicyDecision, request: Request): Promise<RateLimitProblem> => {
    const windows = decision.policy === undefined ? undefined : await book.windowsOf(decision.policy);
    return rateLimitProblem(decision, windows, instanceOf(request));
  };
  const instanceOf = (request: Request): string | undefined => {
    try {
      const name: unknown = options.instance?.(request);
      return typeof name === "string" ? name : undefined;
    } catch (error) {
      report(error, request);
      return undefined;
    }
  };
  const tell = (decision: PolicyDecision, request: Request): void => {
    try {
      options.onDecision?.(decision, request);
    } catch {
      // Whoever looks on changes nothing.
    }
  };

  const around = { engine, book, identify, timeoutMs, clock, fields, problemOf, report, tell };
  return {
    ...createRouteGate(route, around),
    engine,
    with: (ofRoute) => createRouteGate(resolveRoute({ ...options, ...ofRoute }), around),
    async close() {
      book.close();
      if (own) await engine.close();
    },
  };
}
