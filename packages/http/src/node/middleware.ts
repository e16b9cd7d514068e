import type { IncomingMessage, ServerResponse } from "node:http";
import type { LoadShedder } from "@sluice/limiter";
import { type ConcurrencyLimitOptions, createConcurrencyGate } from "../core/concurrency-gate.js";
import {
  type ConcurrencyControls,
  type RateLimitControls,
  type SheddingControls,
  withControls,
} from "../core/handlers.js";
import type { NodeExchange } from "../core/node-end.js";
import { letIn, nodeView } from "../core/node-messages.js";
import { createRateLimitGate } from "../core/rate-limit-gate.js";
import type { RateLimitOptions } from "../core/rate-limit-options.js";
import type { Gate, RequestView } from "../core/request-view.js";
import { createSheddingGate, type LoadSheddingOptions } from "../core/shedding-gate.js";

/** As connect and its descendants call it. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Limits requests by policies. What was decided is found by `rateLimitOf(request)`.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function rateLimit(options: RateLimitOptions<IncomingMessage> = {}): NodeHandler & RateLimitControls {
  const gate = createRateLimitGate(options);
  return withControls(handlerOf(gate), gate, ["engine", "close"]);
}

/**
 * At most so many requests at a time; a place is free again when the answer has ended or the client went away.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function concurrencyLimit(options: ConcurrencyLimitOptions<IncomingMessage>): NodeHandler & ConcurrencyControls {
  const gate = createConcurrencyGate(options);
  return withControls(handlerOf(gate), gate, ["active", "waiting", "close"]);
}

/**
 * Answers 503 while this process is too busy. Put it first.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function loadShedding(
  options?: LoadSheddingOptions<IncomingMessage> | LoadShedder,
): NodeHandler & SheddingControls {
  const gate = createSheddingGate(options);
  return withControls(handlerOf(gate), gate, ["shedding", "close"]);
}

function handlerOf(gate: Gate<IncomingMessage>): NodeHandler {
  return (request, response, next) => {
    const exchange = { incoming: request, outgoing: response };
    letIn(() => gate.enter(viewOf(exchange)), exchange, next);
  };
}

function viewOf(exchange: NodeExchange): RequestView<IncomingMessage> {
  const request = exchange.incoming;
  return nodeView({
    request,
    method: request.method ?? "GET",
    // Who mounts handlers cuts the path off `url`, and keeps it here.
    target:
      "originalUrl" in request && typeof request.originalUrl === "string" ? request.originalUrl : (request.url ?? "/"),
    route: undefined,
    caseSensitive: true,
    exchange,
  });
}
