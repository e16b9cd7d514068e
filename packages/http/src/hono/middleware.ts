import type { LoadShedder } from "@sluice/limiter";
import type { Context, MiddlewareHandler } from "hono";
import { type ConcurrencyLimitOptions, createConcurrencyGate } from "../core/concurrency-gate.js";
import type { RateLimitContext } from "../core/context.js";
import { onceEnded, responseOf, withEnd, withHeaders } from "../core/fetch-messages.js";
import {
  type ConcurrencyControls,
  type RateLimitControls,
  type SheddingControls,
  withControls,
} from "../core/handlers.js";
import { onEnd } from "../core/node-end.js";
import { createRateLimitGate } from "../core/rate-limit-gate.js";
import type { RateLimitOptions } from "../core/rate-limit-options.js";
import type { Gate } from "../core/request-view.js";
import { createSheddingGate, type LoadSheddingOptions } from "../core/shedding-gate.js";
import { exchangeOf, viewOf } from "./view.js";

declare module "hono" {
  interface ContextVariableMap {
    /** What was decided about this request; undefined before, and where nothing was asked. */
    rateLimit: RateLimitContext | undefined;
  }
}

/** What a runtime knows and hono does not say. */
export interface HonoLimitOptions {
  /** Address of the other end of the connection. @defaultValue that of `@hono/node-server`; elsewhere all share one */
  readonly peer?: (context: Context) => string | undefined;
}

/**
 * Limits requests by policies: `app.use(rateLimit({ policies }))`. What was decided is in `context.get("rateLimit")`.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function rateLimit(
  options: RateLimitOptions<Context> & HonoLimitOptions = {},
): MiddlewareHandler & RateLimitControls {
  const gate = createRateLimitGate(options);
  const handler = handlerOf(gate, options, (context, decided) => context.set("rateLimit", decided));
  return withControls(handler, gate, ["engine", "close"]);
}

/**
 * At most so many requests at a time; a place is free again when the answer's body has ended or the client went away.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function concurrencyLimit(
  options: ConcurrencyLimitOptions<Context> & HonoLimitOptions,
): MiddlewareHandler & ConcurrencyControls {
  const gate = createConcurrencyGate(options);
  return withControls(handlerOf(gate, options), gate, ["active", "waiting", "close"]);
}

/**
 * Answers 503 while this process is too busy. Put it first.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function loadShedding(
  options?: LoadSheddingOptions<Context> | LoadShedder,
): MiddlewareHandler & SheddingControls {
  const gate = createSheddingGate(options);
  return withControls(handlerOf(gate, {}), gate, ["shedding", "close"]);
}

function handlerOf<Decided>(
  gate: Gate<Context, Decided>,
  { peer }: HonoLimitOptions,
  keep?: (context: Context, decided: Decided) => void,
): MiddlewareHandler {
  return async (context, next) => {
    const passage = await gate.enter(viewOf(context, peer));
    if (passage.kind === "answer") return responseOf(passage.answer);
    const { headers, ended, context: decided } = passage;
    if (decided !== undefined) keep?.(context, decided);
    const tell = ended === undefined ? undefined : onceEnded(context.req.raw.signal, ended);
    // Whatever stands outside may drop this answer for one of its own, unread.
    const exchange = tell === undefined ? undefined : exchangeOf(context);
    if (tell !== undefined && exchange !== undefined) onEnd(exchange, tell);
    try {
      await next();
      // Set on the answer itself: through the context, hono would make a new one for each field.
      const answer = withHeaders(context.res, headers);
      const watched = tell === undefined ? answer : withEnd(answer, context.req.method, tell);
      if (watched !== context.res) replace(context, watched);
    } catch (error) {
      tell?.({ status: 500, aborted: false });
      throw error;
    }
    return undefined;
  };
}

/** Sets the response as it is: assigned over another, hono would mix their fields. */
function replace(context: Context, response: Response): void {
  context.res = undefined;
  context.res = response;
}
