import type { HttpBindings } from "@hono/node-server";
import { Hono, type Context } from "hono";
import type { Answer, AnswerBody } from "../http/answer.js";
import { answerFailure } from "../http/answer-failure.js";
import { deliver, sleep } from "../http/deliver.js";
import { faultyAnswer, isProcessed, type FaultQueue } from "../http/fault.js";
import type { SimulatorConfig } from "../http/simulator-options.js";
import type { S3Exchange } from "./exchange.js";
import { operationName } from "./operations/operation-name.js";
import { readRequest, type S3Request } from "./request.js";

/** What the routes work with. */
export interface S3RouteParts extends SimulatorConfig {
  readonly exchange: S3Exchange;
  readonly faults: FaultQueue;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

type Env = { Bindings: HttpBindings };

/** One route takes everything: what a request asks for stands in its host, query and headers as much as in its path. */
export function s3Routes(parts: S3RouteParts): Hono<Env> {
  const routes = new Hono<Env>().onError(answerFailure);
  routes.all("*", async (context) => {
    const body = new Uint8Array(await context.req.arrayBuffer());
    const { url = "/", headers } = context.env.incoming;
    return settle(parts, context, readRequest({ verb: context.req.method, target: url, headers, body }));
  });
  return routes;
}

/** From the arrival to the ledger nothing waits, so requests are decided and recorded in one order. */
async function settle(parts: S3RouteParts, context: Context<Env>, request: S3Request): Promise<Response> {
  const operation = operationName(request);
  const atMs = parts.limitClock.nowMs();
  const fault = parts.faults.take(operation);
  const outcome =
    fault === undefined || isProcessed(fault) ? parts.exchange.process(operation, request, atMs) : undefined;
  const real: Answer<AnswerBody> = outcome?.answer ?? parts.exchange.failure(request, fault?.status);
  const answer = fault === undefined ? real : faultyAnswer(fault, real);
  const silent = fault?.action === "drop" || fault?.action === "hang";
  parts.ledger.record({
    atMs,
    wallMs: parts.wallClock.nowMs(),
    method: operation,
    path: request.path,
    ...(outcome?.entry ?? { accepted: false }),
    ...(!silent && { status: answer.status }),
    bytes: request.bytes,
  });
  const latencyMs = parts.nextLatencyMs();
  if (latencyMs > 0) await sleep(latencyMs, parts.closing);
  return deliver({ ...context.env, closing: parts.closing }, answer, fault);
}
