import { type Call, streamedBody } from "@sluice/core";
import { type AwsRequest, withRequest } from "../operations/request.js";
import { isStream, knownBytes, leastBytes } from "../transport/throttled-bodies.js";
import { currentLogicalCall, type LogicalCall, within } from "./logical-call.js";
import type { ClientParts } from "./parts.js";
import type { AwsClient, Middleware } from "./sdk.js";

/** Headers by which the SDK numbers attempts. */
const ATTEMPT_HEADER = "amz-sdk-request";

interface HttpRequest {
  readonly method?: unknown;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Right inside the SDK's retry and outside its signing: every HTTP request passes the attempt stage, then is signed and sent. */
export function attemptStage(client: AwsClient, parts: ClientParts): Middleware {
  return (next) => async (args) => {
    const logical = currentLogicalCall();
    // Presigning, which sends nothing.
    if (logical?.owner !== client) return next(args);
    const http = (args.request ?? {}) as HttpRequest;
    const request = requestFor(logical, http);
    if (isStream(http.body)) logical.call.state.set(streamedBody, true);
    const call = withRequest(callFor(logical, http), request);
    logical.notes.ended = undefined;
    let attempts = 0;
    try {
      return await parts.chain.run("attempt", call, async (attempt) => {
        attempts += 1;
        if (attempts > 1) number(http, attempts);
        try {
          return await within({ ...logical, attempt }, () => next(args));
        } catch (error) {
          request.failure = error;
          throw error;
        }
      });
    } catch (error) {
      if (error !== request.failure || call.signal.aborted) logical.notes.ended = { reason: error };
      throw error;
    }
  };
}

function requestFor({ name, input, region, server, mostAttempts }: LogicalCall, http: HttpRequest): AwsRequest {
  return {
    name,
    input,
    region,
    server,
    mostAttempts,
    bodyBytes: knownBytes(http),
    leastBytes: leastBytes(http),
  };
}

function callFor({ call }: LogicalCall, http: HttpRequest): Call {
  return typeof http.method === "string" ? { ...call, verb: http.method } : call;
}

/** As the SDK's own retry numbers them. */
function number({ headers }: HttpRequest, attempt: number): void {
  const header = headers?.[ATTEMPT_HEADER];
  if (headers !== undefined && header !== undefined)
    headers[ATTEMPT_HEADER] = header.replace(/attempt=\d+/, `attempt=${attempt}`);
}
