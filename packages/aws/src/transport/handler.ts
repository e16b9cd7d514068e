import { Readable } from "node:stream";
import { linkSignals } from "@sluice/core";
import type { LogicalCall } from "../client/logical-call.js";
import type { ThrottleBodies } from "./throttled-bodies.js";

/** What the SDK's request handlers have in common. */
export interface RequestHandler {
  handle(request: object, options?: HandlerOptions): Promise<{ readonly response: HandlerResponse }>;
}

/** Options of one request, of which only the signal concerns us. */
export interface HandlerOptions {
  readonly abortSignal?: unknown;
}

export interface HandlerResponse {
  body?: unknown;
}

/** Which call a signed request belongs to. */
export type CallOf = (request: object) => LogicalCall | undefined;

/**
 * The request handler, with the call's signal beside the SDK's own: middleware cannot add one to a request that is under way.
 * Requests of no call pass as they are. Everything else about the handler stays, its class and its configuration included.
 */
export function withSignals<Handler extends RequestHandler>(
  handler: Handler,
  callOf: CallOf,
  throttle: ThrottleBodies | undefined,
): Handler {
  const handle: RequestHandler["handle"] = async (request, options) => {
    const logical = callOf(request);
    const call = logical?.attempt;
    const given = options?.abortSignal;
    // The SDK's old signals have no listeners to link.
    if (logical === undefined || call === undefined || !(given === undefined || given instanceof AbortSignal))
      return handler.handle(request, options);
    const link = linkSignals([given, call.signal]);
    const cutter = new AbortController();
    const both = linkSignals([link.signal, cutter.signal]);
    const release = (): void => {
      link.release();
      both.release();
    };
    try {
      const sent = throttle?.up(request, call, both.signal, (reason) => cutter.abort(reason)) ?? request;
      const answer = await handler.handle(sent, { ...options, abortSignal: both.signal });
      const { response } = answer;
      if (!(response.body instanceof Readable)) {
        release();
        return answer;
      }
      const { body } = response;
      body.once("close", release);
      logical.watch.follow(body, (reason) => cutter.abort(reason));
      const slowed = throttle?.down(body, call, both.signal);
      if (slowed !== undefined) response.body = slowed;
      return answer;
    } catch (error) {
      release();
      // Bytes that were not granted in time: the limiter says more than the request that was given up for it.
      throw cutter.signal.aborted ? cutter.signal.reason : error;
    }
  };
  return new Proxy(handler, {
    get(target, key) {
      if (key === "handle") return handle;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" && key !== "constructor" ? (value.bind(target) as unknown) : value;
    },
  });
}
