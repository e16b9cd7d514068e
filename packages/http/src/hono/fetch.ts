import type { LoadShedder } from "@sluice/limiter";
import { type ConcurrencyLimitOptions, createConcurrencyGate } from "../core/concurrency-gate.js";
import { onceEnded, responseOf, withEnd, withHeaders } from "../core/fetch-messages.js";
import {
  type ConcurrencyControls,
  type RateLimitControls,
  type SheddingControls,
  withControls,
} from "../core/handlers.js";
import { createRateLimitGate } from "../core/rate-limit-gate.js";
import type { RateLimitOptions } from "../core/rate-limit-options.js";
import type { Gate } from "../core/request-view.js";
import { createSheddingGate, type LoadSheddingOptions } from "../core/shedding-gate.js";

/** Answers requests, whatever else the runtime hands over: Deno, Bun, workers, routes of a framework. */
export type FetchHandler<Rest extends readonly unknown[]> = (
  request: Request,
  ...rest: Rest
) => Response | Promise<Response>;

/** What a runtime knows and a Request does not say. */
export interface FetchLimitOptions<Rest extends readonly unknown[]> {
  /** Address of the other end of the connection. @defaultValue not known: all share one address */
  readonly peer?: (request: Request, ...rest: Rest) => string | undefined;
  /** Pattern of the route, such as `/users/:id`. @defaultValue the path */
  readonly route?: (request: Request, ...rest: Rest) => string | undefined;
}

/**
 * Limits what any fetch handler answers. What was decided is found by `rateLimitOf(request)`.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function fetchRateLimit<Rest extends readonly unknown[]>(
  handler: FetchHandler<Rest>,
  options: RateLimitOptions<Request> & FetchLimitOptions<Rest> = {},
): ((request: Request, ...rest: Rest) => Promise<Response>) & RateLimitControls {
  const gate = createRateLimitGate(options);
  return withControls(guarded(handler, gate, options), gate, ["engine", "close"]);
}

/** At most so many requests at a time; a place is free again when the answer's body has ended. @throws ConfigError */
export function fetchConcurrencyLimit<Rest extends readonly unknown[]>(
  handler: FetchHandler<Rest>,
  options: ConcurrencyLimitOptions<Request> & FetchLimitOptions<Rest>,
): ((request: Request, ...rest: Rest) => Promise<Response>) & ConcurrencyControls {
  const gate = createConcurrencyGate(options);
  return withControls(guarded(handler, gate, options), gate, ["active", "waiting", "close"]);
}

/** Answers 503 while this process is too busy. @throws ConfigError */
export function fetchLoadShedding<Rest extends readonly unknown[]>(
  handler: FetchHandler<Rest>,
  options?: LoadSheddingOptions<Request> | LoadShedder,
): ((request: Request, ...rest: Rest) => Promise<Response>) & SheddingControls {
  const gate = createSheddingGate(options);
  return withControls(guarded(handler, gate, {}), gate, ["shedding", "close"]);
}

function guarded<Rest extends readonly unknown[]>(
  handler: FetchHandler<Rest>,
  gate: Gate<Request>,
  { peer, route }: FetchLimitOptions<Rest>,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const passage = await gate.enter({
      request,
      method: request.method,
      target: request.url,
      route: route?.(request, ...rest),
      caseSensitive: true,
      peer: peer?.(request, ...rest),
      header: (name) => request.headers.get(name) ?? undefined,
      gone: () => request.signal,
    });
    if (passage.kind === "answer") return responseOf(passage.answer);
    const { headers, ended } = passage;
    if (ended === undefined) return withHeaders(await handler(request, ...rest), headers);
    const tell = onceEnded(request.signal, ended);
    try {
      return withHeaders(withEnd(await handler(request, ...rest), request.method, tell), headers);
    } catch (error) {
      tell({ status: 500, aborted: false });
      throw error;
    }
  };
}
