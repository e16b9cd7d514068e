import { type Clock, isSluiceError } from "@sluice/core";
import type { CheckOptions, Identity, PolicyDecision, PolicyEngine } from "@sluice/policy";
import { createAskEngine } from "./ask-engine.js";
import { type RateLimitContext, remember } from "./context.js";
import type { Identifier } from "./identify.js";
import { after, type NowOrLater } from "./now-or-later.js";
import type { PolicyBook } from "./policy-book.js";
import { capacityProblem, problemAnswer } from "./problem.js";
import type { RouteLimitConfig } from "./rate-limit-options.js";
import { createRefusals, type RefusalSurroundings } from "./refusals.js";
import {
  type AnswerHeaders,
  type Gate,
  onward,
  type Passage,
  type RequestEnd,
  type RequestView,
} from "./request-view.js";
import { within } from "./within.js";

/** What the routes of one limit share. */
export interface RouteSurroundings<Request extends object> extends Omit<RefusalSurroundings<Request>, "route"> {
  readonly engine: PolicyEngine;
  readonly book: PolicyBook;
  readonly identify: Identifier<Request>;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly report: (error: unknown, request: Request) => "allow" | "refuse";
  readonly tell: (decision: PolicyDecision, request: Request) => void;
}

type Through = Passage<RateLimitContext>;

/** What nginx writes for a client that went away. */
const CLIENT_GONE = 499;

/** Asks the policies about the requests of a route. What can be said at once is said at once. */
export function createRouteGate<Request extends object>(
  route: RouteLimitConfig<Request>,
  around: RouteSurroundings<Request>,
): Gate<Request, RateLimitContext> {
  const { engine, book, identify, timeoutMs, clock, fields, report, tell } = around;
  const { policy, cost = 1, skip, refund, mode } = route;
  const askEngine = createAskEngine(engine);
  const refusals = createRefusals({ ...around, route });

  const askUser = <Value>(
    ask: () => NowOrLater<Value>,
    otherwise: Value,
    what: string,
    request: Request,
  ): NowOrLater<Value> =>
    after(within(ask, timeoutMs, clock), (outcome) => {
      if (outcome.kind === "value") return outcome.value;
      report(outcome.kind === "error" ? outcome.error : new Error(`${what} took too long`), request);
      return otherwise;
    });
  const refunded = ({ status, aborted }: RequestEnd): boolean =>
    refund === "failed" ? aborted || status >= 400 : refund?.(aborted ? CLIENT_GONE : status) === true;
  const pass = (context: RateLimitContext, headers: AnswerHeaders, request: Request): Through => {
    remember(request, context);
    const { decision } = context;
    if (refund === undefined || !decision.allowed || decision.policies.length === 0)
      return { kind: "on", headers, context, ended: undefined };
    const settle = (end: RequestEnd): void => {
      try {
        if (refunded(end)) decision.refund().catch((error: unknown) => report(error, request));
      } catch (error) {
        report(error, request);
      }
    };
    return { kind: "on", headers, context, ended: settle };
  };
  const undecided = (error: unknown, request: Request): Through => {
    if (!isSluiceError(error) || !awayCodes.has(error.code)) throw error;
    if (report(error, request) === "allow") return onward;
    const problem = capacityProblem(503, "Service unavailable", "Limits cannot be checked at the moment.", 1000);
    return { kind: "answer", answer: problemAnswer(problem) };
  };

  const decided = (
    view: RequestView<Request>,
    identity: Identity,
    how: CheckOptions,
    decision: PolicyDecision,
  ): NowOrLater<Through> => {
    const { request } = view;
    tell(decision, request);
    const context = { degraded: false, decision, identity };
    if (mode !== "enforce" || decision.mode !== "enforce") return pass(context, onward.headers, request);
    if (decision.allowed) return pass(context, fields(decision), request);
    return refusals.answer(view, context, how).then(
      (end) => (end.kind === "answer" ? end : pass(end.context, fields(end.context.decision), request)),
      (error: unknown) => undecided(error, request),
    );
  };
  const check = (view: RequestView<Request>, identity: Identity, tokens: number): NowOrLater<Through> => {
    const how = { policy, cost: tokens };
    let decision: NowOrLater<PolicyDecision>;
    try {
      decision = askEngine(identity, how);
    } catch (error) {
      return undecided(error, view.request);
    }
    if (!(decision instanceof Promise)) return decided(view, identity, how, decision);
    return decision.then(
      (later) => decided(view, identity, how, later),
      (error: unknown) => undecided(error, view.request),
    );
  };
  const ask = (view: RequestView<Request>): NowOrLater<Through> =>
    after(identify(view, book.spell), (identity) =>
      typeof cost === "number"
        ? check(view, identity, cost)
        : after(
            askUser(() => cost(view.request), 1, "cost", view.request),
            (tokens) => check(view, identity, tokens),
          ),
    );
  const askKnowing = (view: RequestView<Request>): NowOrLater<Through> => {
    const reading = view.caseSensitive ? undefined : book.ready();
    return reading === undefined ? ask(view) : reading.then(() => ask(view));
  };
  const decide = (view: RequestView<Request>): NowOrLater<Through> =>
    skip === undefined
      ? askKnowing(view)
      : after(
          askUser(() => skip(view.request), false, "skip", view.request),
          (skipped) => (skipped ? onward : askKnowing(view)),
        );

  return {
    enter(view) {
      if (mode === "disabled" || engine.mode === "disabled") return onward;
      return mode === "shadow" || engine.mode === "shadow"
        ? unseen(
            () => decide(view),
            (error) => void report(error, view.request),
            refund !== undefined,
          )
        : decide(view);
    },
  };
}

/** Nobody can decide at the moment, and it is nobody's mistake. */
const awayCodes: ReadonlySet<string> = new Set(["STORE_UNAVAILABLE", "POLICIES_UNAVAILABLE", "LIMITER_CLOSED"]);

/** Whoever only looks on holds nobody up: what is not said at once is found out while the request goes on. */
function unseen(decide: () => NowOrLater<Through>, report: (error: unknown) => void, refunds: boolean): Through {
  const quiet = (passage: Through): Through => (passage.kind === "on" ? passage : onward);
  const failed = (error: unknown): Through => {
    report(error);
    return onward;
  };
  try {
    const decided = decide();
    if (!(decided instanceof Promise)) return quiet(decided);
    const later = decided.then(quiet, failed);
    if (!refunds) return onward;
    const ended = (end: RequestEnd): void =>
      void later.then((passage) => (passage.kind === "on" ? passage.ended?.(end) : undefined));
    return { ...onward, ended };
  } catch (error) {
    return failed(error);
  }
}
