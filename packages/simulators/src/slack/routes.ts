import { Hono, type Context } from "hono";
import type { HttpBindings } from "@hono/node-server";
import type { Answer } from "../http/answer.js";
import { answerFailure } from "../http/answer-failure.js";
import { deliver, sleep } from "../http/deliver.js";
import { faultyAnswer, isProcessed, type FaultQueue } from "../http/fault.js";
import type { Clock } from "../clock.js";
import type { WritableLedger } from "../ledger/ledger.js";
import { openExchange, type ExchangeParts, type Outcome, type Parties } from "./exchange.js";
import { decodeBody, uploadedBytes } from "./request-body.js";
import { receiveUpload } from "./upload.js";

/** What the routes work with. */
export interface RouteParts extends ExchangeParts {
  readonly faults: FaultQueue;
  readonly ledger: WritableLedger;
  readonly limitClock: Clock;
  readonly wallClock: Clock;
  readonly nextLatencyMs: () => number;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

type Env = { Bindings: HttpBindings };

/** A request that has been read completely and can be answered at once. */
interface Arrival {
  readonly method: string;
  readonly bytes: number;
  readonly parties: Parties;
  process(nowMs: number): Outcome;
}

/** The API below `/api/`, and the address that files are uploaded to. */
export function slackRoutes(parts: RouteParts): Hono<Env> {
  const routes = new Hono<Env>().onError(answerFailure);

  routes.on(["GET", "POST"], "/api/:method", async (context) => {
    const method = context.req.param("method");
    const body = await bodyOf(context);
    const exchange = openExchange(parts, {
      method,
      authorizationHeader: context.req.header("authorization"),
      body: await decodeBody(context.req.url, context.req.header("content-type"), body),
      origin: new URL(context.req.url).origin,
    });
    return settle(parts, context, { method, bytes: body.length, ...exchange });
  });

  routes.post("/upload/v1/:ticket", async (context) => {
    const body = await bodyOf(context);
    const content = await uploadedBytes(context.req.header("content-type"), body);
    const upload = receiveUpload(parts.state, context.req.param("ticket"), content);
    return settle(parts, context, { method: "upload", bytes: body.length, ...upload });
  });

  return routes;
}

/** From the arrival to the ledger nothing waits, so requests are decided and recorded in one order. */
async function settle(parts: RouteParts, context: Context<Env>, arrival: Arrival): Promise<Response> {
  const atMs = parts.limitClock.nowMs();
  const fault = parts.faults.take(arrival.method);
  const outcome = fault === undefined || isProcessed(fault) ? arrival.process(atMs) : undefined;
  const answer = fault === undefined ? (outcome as Outcome).answer : faultyAnswer(fault, outcome?.answer);
  const silent = fault?.action === "drop" || fault?.action === "hang";
  const retryAfterSeconds = retryAfter(answer);
  parts.ledger.record({
    atMs,
    wallMs: parts.wallClock.nowMs(),
    method: arrival.method,
    ...arrival.parties,
    ...(!silent && { status: answer.status }),
    accepted: outcome?.accepted ?? false,
    ...(!silent && retryAfterSeconds !== undefined && { retryAfterSeconds }),
    bytes: arrival.bytes,
  });
  const latencyMs = parts.nextLatencyMs();
  if (latencyMs > 0) await sleep(latencyMs, parts.closing);
  return deliver({ ...context.env, closing: parts.closing }, answer, fault);
}

async function bodyOf(context: Context<Env>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await context.req.arrayBuffer());
}

function retryAfter({ headers }: Answer): number | undefined {
  const seconds = Number(headers["retry-after"]);
  return Number.isInteger(seconds) ? seconds : undefined;
}
