import type { HttpBindings } from "@hono/node-server";
import type { Clock } from "../clock.js";
import { jsonAnswer, type Answer } from "../http/answer.js";
import { deliver, sleep } from "../http/deliver.js";
import { faultyAnswer, isProcessed, type Fault, type FaultQueue } from "../http/fault.js";
import type { WritableLedger } from "../ledger/ledger.js";
import type { Counter } from "../limits/counter.js";
import { KeycloakError } from "./keycloak-error.js";
import type { FoundRoute } from "./routes/find-route.js";
import type { WritableState } from "./state/state.js";
import type { TokenOwner, Tokens } from "./tokens.js";

/** What the exchange works with. */
export interface ExchangeParts {
  readonly state: WritableState;
  readonly tokens: Tokens;
  readonly find: (verb: string, path: string) => FoundRoute | undefined;
  readonly faults: FaultQueue;
  /** What becomes of every request while the server is down. */
  readonly outage: () => Fault | undefined;
  readonly ledger: WritableLedger;
  /** The proxy's limit. */
  readonly limit: Counter | undefined;
  readonly limitClock: Clock;
  readonly wallClock: Clock;
  readonly speed: number;
  readonly nextLatencyMs: () => number;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

interface Outcome {
  readonly answer: Answer;
  readonly accepted: boolean;
}

/** Answers one request. From its arrival to the ledger nothing waits, so requests are decided and recorded in one order. */
export async function answerRequest(parts: ExchangeParts, request: Request, bindings: HttpBindings): Promise<Response> {
  const body = await request.text();
  const { pathname, origin, searchParams } = new URL(request.url);
  const authorization = request.headers.get("authorization") ?? undefined;
  const found = parts.find(request.method, pathname);
  const method = `${request.method} ${found?.route.path ?? "other"}`;
  const owner = parts.tokens.ownerOf(authorization?.replace(/^Bearer\s+/i, "") ?? "", "access");
  const process = (nowMs: number): Outcome => {
    const waitMs = waitFor(parts.limit, nowMs);
    if (waitMs > 0) return { answer: tooMany(waitMs / parts.speed), accepted: false };
    const run = (): Answer => {
      if (found?.route.open !== true && owner === undefined)
        throw new KeycloakError(401, { error: "HTTP 401 Unauthorized" });
      if (found === undefined) throw new KeycloakError(404, { error: "HTTP 404 Not Found" });
      const { state } = parts;
      const { params, route } = found;
      return route.run({ state, params, query: searchParams, body, authorization, origin, path: pathname });
    };
    return { answer: answerOf(run), accepted: true };
  };

  const atMs = parts.limitClock.nowMs();
  const fault = parts.outage() ?? parts.faults.take(method);
  const outcome = fault === undefined || isProcessed(fault) ? process(atMs) : undefined;
  const answer = fault === undefined ? (outcome as Outcome).answer : faultyAnswer(fault, outcome?.answer ?? broken);
  const silent = fault?.action === "drop" || fault?.action === "hang";
  const retryAfter = Number(answer.headers["retry-after"]);
  parts.ledger.record({
    atMs,
    wallMs: parts.wallClock.nowMs(),
    method,
    path: pathname,
    ...(owner !== undefined && { account: nameOf(owner) }),
    ...(!silent && { status: answer.status }),
    ...(!silent && Number.isInteger(retryAfter) && { retryAfterSeconds: retryAfter }),
    accepted: outcome?.accepted ?? false,
    bytes: Buffer.byteLength(body),
  });
  const latencyMs = parts.nextLatencyMs();
  if (latencyMs > 0) await sleep(latencyMs, parts.closing);
  return deliver({ ...bindings, closing: parts.closing }, answer, fault);
}

const broken = jsonAnswer({ error: "unknown_error" }, 500);

function answerOf(run: () => Answer): Answer {
  try {
    return run();
  } catch (error) {
    if (error instanceof KeycloakError) return jsonAnswer(error.body, error.status);
    throw error;
  }
}

function waitFor(limit: Counter | undefined, nowMs: number): number {
  const freeMs = limit?.freeAtMs(nowMs) ?? nowMs;
  if (freeMs <= nowMs) limit?.take(nowMs);
  return Math.max(0, freeMs - nowMs);
}

/** The header wants whole seconds: the wait, which is above zero, is rounded up and so asks for one at least. */
function tooMany(realWaitMs: number): Answer {
  return jsonAnswer({ error: "too_many_requests" }, 429, { "retry-after": String(Math.ceil(realWaitMs / 1000)) });
}

function nameOf({ clientId, username }: TokenOwner): string {
  return username === undefined ? `client ${clientId}` : `user ${username}`;
}
