import type { IncomingMessage, RequestListener } from "node:http";
import { warnOnce } from "@sluice/core";
import type { LoadShedder } from "@sluice/limiter";
import type { ConcurrencyLimitOptions } from "../core/concurrency-gate.js";
import {
  type ConcurrencyControls,
  type RateLimitControls,
  type SheddingControls,
  withControls,
} from "../core/handlers.js";
import { writeAnswer } from "../core/node-messages.js";
import { problemAnswer } from "../core/problem.js";
import type { RateLimitOptions } from "../core/rate-limit-options.js";
import type { LoadSheddingOptions } from "../core/shedding-gate.js";
import { concurrencyLimit, loadShedding, type NodeHandler, rateLimit } from "./middleware.js";

/**
 * A listener whose requests are limited by policies: `createServer(rateLimitListener(listener, { policies }))`.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function rateLimitListener(
  listener: RequestListener,
  options: RateLimitOptions<IncomingMessage> = {},
): RequestListener & RateLimitControls {
  const handler = rateLimit(options);
  return withControls(listenerOf(handler, listener), handler, ["engine", "close"]);
}

/** A listener with at most so many requests at a time. @throws ConfigError */
export function concurrencyLimitListener(
  listener: RequestListener,
  options: ConcurrencyLimitOptions<IncomingMessage>,
): RequestListener & ConcurrencyControls {
  const handler = concurrencyLimit(options);
  return withControls(listenerOf(handler, listener), handler, ["active", "waiting", "close"]);
}

/** A listener that is not called while this process is too busy. @throws ConfigError */
export function loadSheddingListener(
  listener: RequestListener,
  options?: LoadSheddingOptions<IncomingMessage> | LoadShedder,
): RequestListener & SheddingControls {
  const handler = loadShedding(options);
  return withControls(listenerOf(handler, listener), handler, ["shedding", "close"]);
}

function listenerOf(handler: NodeHandler, listener: RequestListener): RequestListener {
  const warn = warnOnce("SLUICE_HTTP");
  return (request, response) =>
    handler(request, response, (error) => {
      if (error === undefined) return listener(request, response);
      // There is no handler of errors to give it to, and the request shall not go on unlimited.
      warn("A request was answered 500, since it could not be limited", error);
      const detail = "The request could not be looked at.";
      writeAnswer(
        { incoming: request, outgoing: response },
        problemAnswer({ type: "about:blank", title: "Internal Server Error", status: 500, detail }),
      );
    });
}
