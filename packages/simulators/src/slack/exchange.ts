import { jsonAnswer, type Answer } from "../http/answer.js";
import type { LimitDecision } from "../limits/limit-table.js";
import { tokenOf, type Authorization, type Tokens } from "./authorization.js";
import type { SlackLimiter } from "./limits/slack-limiter.js";
import { isPublished } from "./limits/slack-limits.js";
import { readArguments, type Arguments } from "./methods/arguments.js";
import { findChannel } from "./methods/lookup.js";
import { MethodError } from "./methods/method-error.js";
import { methods, methodsWithoutToken } from "./methods/registry.js";
import type { DecodedBody } from "./request-body.js";
import { postDueMessages } from "./state/conversation.js";
import type { WritableState } from "./state/state.js";

/** One call as it came in. */
export interface IncomingCall {
  readonly method: string;
  readonly authorizationHeader: string | undefined;
  readonly body: DecodedBody;
  readonly origin: string;
}

/** Whom a call concerns, as far as it can be told. */
export interface Parties {
  readonly team?: string;
  readonly app?: string;
  readonly channel?: string;
}

/** How a call was answered. */
export interface Outcome {
  readonly answer: Answer;
  /** Whether it was let through and counted. */
  readonly accepted: boolean;
  readonly retryAfterSeconds?: number;
}

/** What the exchange works with. */
export interface ExchangeParts {
  readonly state: WritableState;
  readonly tokens: Tokens;
  readonly limiter: SlackLimiter;
  readonly enforce: boolean;
  readonly speed: number;
}

/** A call on its way: first told apart, then processed. The two are separate since a struck call may never be processed. */
export interface Exchange {
  readonly parties: Parties;
  /** Authorises, limits and runs the method, at once. `nowMs` is read from the limit clock. */
  process(nowMs: number): Outcome;
}

/** Looks at a call without changing anything. */
export function openExchange(parts: ExchangeParts, call: IncomingCall): Exchange {
  const args = readArguments(call.body.kind === "arguments" ? call.body.values : new Map());
  const authorization = parts.tokens.authorize(tokenOf(call.authorizationHeader, args.text("token")));
  const parties = partiesOf(parts.state, authorization, args);
  return {
    parties,
    process(nowMs) {
      if (!isPublished(call.method)) return turnedAway("unknown_method");
      if (authorization.kind === "refused" && !methodsWithoutToken.has(call.method)) {
        return turnedAway(authorization.error);
      }
      const decision = decide(parts, call.method, parties, nowMs);
      if (decision.kind === "refused") return rateLimited(decision.waitMs / parts.speed);
      return { answer: answerOf(() => run(parts, call, args, authorization)), accepted: true };
    },
  };
}

function partiesOf(state: WritableState, authorization: Authorization, args: Arguments): Parties {
  if (authorization.kind === "refused") return {};
  const { team, app } = authorization.owner;
  const named = args.text("channel") ?? args.text("channel_id");
  if (named === undefined) return { team, app };
  const channel = findChannel(state.workspace(team), named);
  return { team, app, channel: channel?.peer ?? channel?.id ?? named };
}

function decide({ enforce, limiter }: ExchangeParts, method: string, parties: Parties, nowMs: number): LimitDecision {
  if (!enforce) return { kind: "allowed" };
  const { team = "", app = "", channel } = parties;
  return limiter.decide({ method, team, app, channel }, nowMs);
}

function run(
  { state, tokens }: ExchangeParts,
  { method, body, origin }: IncomingCall,
  args: Arguments,
  authorization: Authorization,
): Readonly<Record<string, unknown>> {
  if (body.kind === "malformed") throw body.error;
  if (method === "api.test") return echo(args);
  const perform = methods.get(method);
  if (perform === undefined || authorization.kind === "refused") return {};
  const { token, owner } = authorization;
  const workspace = state.workspace(owner.team);
  postDueMessages(state, workspace);
  const caller = state.bot(workspace, owner.app);
  return perform({ args, workspace, caller, token, state, origin, revoke: () => tokens.revoke(token) });
}

/** `api.test` repeats what it was given; with an `error` it fails in just that way. */
function echo(args: Arguments): Readonly<Record<string, unknown>> {
  const given = args.all();
  const error = args.text("error");
  if (error !== undefined) throw new MethodError(error, { args: given });
  return { args: given };
}

function answerOf(perform: () => Readonly<Record<string, unknown>>): Answer {
  try {
    return jsonAnswer({ ok: true, ...perform() });
  } catch (error) {
    if (error instanceof MethodError) return jsonAnswer({ ok: false, error: error.code, ...error.details });
    throw error;
  }
}

function turnedAway(error: string): Outcome {
  return { answer: jsonAnswer({ ok: false, error }), accepted: false };
}

/** The header wants whole seconds: the wait, which is above zero, is rounded up and so asks for one at least. */
function rateLimited(realWaitMs: number): Outcome {
  const retryAfterSeconds = Math.ceil(realWaitMs / 1000);
  const headers = { "retry-after": String(retryAfterSeconds) };
  return { answer: jsonAnswer({ ok: false, error: "ratelimited" }, 429, headers), accepted: false, retryAfterSeconds };
}
