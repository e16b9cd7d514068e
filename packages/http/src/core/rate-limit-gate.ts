import { ConfigError, isSluiceError, warnOnce } from "@sluice/core";
import type { PolicyDecision, PolicyEngine } from "@sluice/policy";
import { type RateLimitContext, remember } from "./context.js";
import { createIdentifier } from "./identify.js";
import { createPolicyBook } from "./policy-book.js";
import { capacityProblem, problemAnswer, type RateLimitProblem, rateLimitProblem } from "./problem.js";
import { rateLimitHeaders } from "./rate-limit-headers.js";
import {
  engineOf,
  type RateLimitOptions,
  resolveAnswers,
  resolveRoute,
  type RouteLimitOptions,
} from "./rate-limit-options.js";
import { createRefusals } from "./refusals.js";
import { type Gate, onward, type Passage, type RequestEnd, type RequestView } from "./request-view.js";
import { within } from "./within.js";

/** Asks the policies about requests. */
export interface RateLimitGate<Request extends object> extends Gate<Request, RateLimitContext> {
  readonly engine: PolicyEngine;
  /** The same engine and identities with options of a route's own. @throws ConfigError */
  with(options: RouteLimitOptions<Request>): Gate<Request, RateLimitContext>;
  /** Closes what was made here; an engine that was handed in stays open. */
  close(): Promise<void>;
}

/** What nginx writes for a client that went away. */
const CLIENT_GONE = 499;

/** @throws ConfigError naming the option that is out of range. */
export function createRateLimitGate<Request extends object>(
  options: RateLimitOptions<Request>,
): RateLimitGate<Request> {
  if (typeof options !== "object" || options === null)
    throw new ConfigError({ option: "options", accepted: "an object", value: options });
  const { headers, legacyReset, clock } = resolveAnswers(options);
  const first = resolveRoute(options);
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

  const fields = (decision: PolicyDecision): Readonly<Record<string, string>> =>
    rateLimitHeaders(decision, headers, legacyReset, clock.wallNow());
  const problemOf = async (decision: PolicyDecision, request: Request): Promise<RateLimitProblem> => {
    const windows = decision.policy === undefined ? undefined : await book.windowsOf(decision.policy);
    return rateLimitProblem(decision, windows, options.instance?.(request));
  };
  const tell = (decision: PolicyDecision, request: Request): void => {
    try {
      options.onDecision?.(decision, request);
    } catch {
      // Whoever looks on changes nothing.
    }
  };

  const gateOf = (route: ReturnType<typeof resolveRoute<Request>>): Gate<Request, RateLimitContext> => {
    const { policy, cost = 1, skip, refund } = route;
    const refusals = createRefusals({ route, engine, fields, problemOf, report });

    const askUser = async <Value>(
      ask: () => Value | Promise<Value>,
      otherwise: Value,
      what: string,
      { request }: RequestView<Request>,
    ): Promise<Value> => {
      const asked = within(ask, timeoutMs, clock);
      const outcome = asked instanceof Promise ? await asked : asked;
      if (outcome.kind === "value") return outcome.value;
      report(outcome.kind === "error" ? outcome.error : new Error(`${what} took too long`), request);
      return otherwise;
    };
    const refunded = ({ status, aborted }: RequestEnd): boolean =>
      refund === "failed" ? aborted || status >= 400 : refund?.(aborted ? CLIENT_GONE : status) === true;
    const pass = (context: RateLimitContext, shown: boolean, request: Request): Passage<RateLimitContext> => {
      remember(request, context);
      const { decision } = context;
      const settle = (end: RequestEnd): void => {
        try {
          if (refunded(end)) decision.refund().catch((error: unknown) => report(error, request));
        } catch (error) {
          report(error, request);
        }
      };
      const took = refund !== undefined && decision.allowed && decision.policies.length > 0;
      return { kind: "on", headers: shown ? fields(decision) : {}, context, ended: took ? settle : undefined };
    };
    const undecided = (error: unknown, request: Request): Passage<RateLimitContext> => {
      if (!isSluiceError(error) || !awayCodes.has(error.code)) throw error;
      if (report(error, request) === "allow") return onward;
      const problem = capacityProblem(503, "Service unavailable", "Limits cannot be checked at the moment.", 1000);
      return { kind: "answer", answer: problemAnswer(problem) };
    };

    return {
      async enter(view) {
        const { request } = view;
        if (route.mode === "disabled" || engine.mode === "disabled") return onward;
        if (skip !== undefined && (await askUser(() => skip(request), false, "skip", view))) return onward;
        if (!view.caseSensitive) await book.ready();
        const identity = await identify(view, book.spell);
        const tokens = typeof cost === "number" ? cost : await askUser(() => cost(request), 1, "cost", view);
        const how = { policy, cost: tokens };
        let decision: PolicyDecision;
        try {
          decision = await engine.check(identity, how);
        } catch (error) {
          return undecided(error, request);
        }
        tell(decision, request);
        const shown = route.mode === "enforce" && decision.mode === "enforce";
        if (decision.allowed || !shown) return pass({ degraded: false, decision, identity }, shown, request);
        try {
          const end = await refusals.answer(view, { degraded: false, decision, identity }, how);
          return end.kind === "answer" ? end : pass(end.context, true, request);
        } catch (error) {
          return undecided(error, request);
        }
      },
    };
  };

  return {
    ...gateOf(first),
    engine,
    with: (route) => gateOf(resolveRoute({ ...options, ...route })),
    async close() {
      book.close();
      if (own) await engine.close();
    },
  };
}

/** Nobody can decide at the moment, and it is nobody's mistake. */
const awayCodes: ReadonlySet<string> = new Set(["STORE_UNAVAILABLE", "POLICIES_UNAVAILABLE", "LIMITER_CLOSED"]);
