import type { IncomingMessage, ServerResponse } from "node:http";
import type { LoadShedder } from "@sluice/limiter";
import type { NextFunction, Request } from "express";
import { type ConcurrencyLimitOptions, createConcurrencyGate } from "../core/concurrency-gate.js";
import type { RateLimitContext } from "../core/context.js";
import {
  type ConcurrencyControls,
  type RateLimitControls,
  type SheddingControls,
  withControls,
} from "../core/handlers.js";
import { letIn } from "../core/node-messages.js";
import { createRateLimitGate } from "../core/rate-limit-gate.js";
import type { RateLimitOptions } from "../core/rate-limit-options.js";
import type { Gate } from "../core/request-view.js";
import { createSheddingGate, type LoadSheddingOptions } from "../core/shedding-gate.js";
import { viewOf } from "./view.js";

declare global {
  // The name is express's own.
  namespace Express {
    interface Request {
      /** What was decided about this request; undefined before, and where nothing was asked. */
      rateLimit?: RateLimitContext | undefined;
    }
  }
}

/** A handler for express. Its types say no more than that, so that express infers the parameters of a route from its path. */
export type ExpressHandler = (request: IncomingMessage, response: ServerResponse, next: NextFunction) => void;

/**
 * Limits requests by policies: `app.use(rateLimit({ policies }))`, or on a route, where the route's pattern is known.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function rateLimit(options: RateLimitOptions<Request> = {}): ExpressHandler & RateLimitControls {
  const gate = createRateLimitGate(options);
  const handler = handlerOf(gate, (request, context) => {
    request.rateLimit = context;
  });
  return withControls(handler, gate, ["engine", "close"]);
}

/**
 * At most so many requests at a time; a place is free again when the answer has ended or the client went away.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function concurrencyLimit(options: ConcurrencyLimitOptions<Request>): ExpressHandler & ConcurrencyControls {
  const gate = createConcurrencyGate(options);
  return withControls(handlerOf(gate), gate, ["active", "waiting", "close"]);
}

/**
 * Answers 503 while this process is too busy. Put it first.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function loadShedding(options?: LoadSheddingOptions<Request> | LoadShedder): ExpressHandler & SheddingControls {
  const gate = createSheddingGate(options);
  return withControls(handlerOf(gate), gate, ["shedding", "close"]);
}

function handlerOf<Context>(
  gate: Gate<Request, Context>,
  keep?: (request: Request, context: Context) => void,
): ExpressHandler {
  return (routed, response, next) => {
    const request = routed as Request;
    const kept = keep === undefined ? undefined : (context: Context) => keep(request, context);
    const exchange = { incoming: request, outgoing: response };
    letIn(() => gate.enter(viewOf(request, exchange)), exchange, next, kept);
  };
}
