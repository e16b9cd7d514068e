import { type ReplyReader } from "@sluice/core";
import { errorType } from "../text/plain-text.js";
import { filled } from "./attributes.js";
import { loadApi, sdkIsThere } from "./load-api.js";
import {
  type AttributesLike,
  type ContextLike,
  ERROR_STATUS,
  type OpenTelemetryLike,
  type SpanLike,
  type TracerLike,
} from "./open-telemetry.js";
import type { TracingOptions } from "./tracing.js";

/** Somewhere to send spans to. */
export interface Live {
  readonly api: OpenTelemetryLike;
  readonly tracer: TracerLike;
}

const NAME = "@sluice/telemetry";

/** Finds it, each time anew: an SDK may be registered after the client was made. Undefined while there is none. */
export function createFinder({ tracer, api: given }: TracingOptions): () => Live | undefined {
  let live: Live | undefined;
  return () => {
    if (live !== undefined || (tracer === undefined && !sdkIsThere())) return live;
    const api = given ?? loadApi();
    if (api !== undefined) live = { api, tracer: tracer ?? api.trace.getTracer(NAME) };
    return live;
  };
}

/** Runs with the span as the active one, and ends it with what came of it. */
export async function inSpan<Result>(
  api: OpenTelemetryLike,
  { span, around }: { readonly span: SpanLike; readonly around: ContextLike },
  run: () => Promise<Result>,
  ended: (result: Result) => AttributesLike,
  reply: ReplyReader,
): Promise<Result> {
  try {
    const result = await api.context.with(within(api, around, span), run);
    const attributes = ended(result);
    if (attributes["error.type"] !== undefined) span.setStatus({ code: ERROR_STATUS });
    span.setAttributes(attributes);
    return result;
  } catch (error) {
    fail(span, error, reply(error).status);
    throw error;
  } finally {
    span.end();
  }
}

/** What kind of failure, and no more: messages and stacks may hold what nobody should read. */
export function fail(span: SpanLike, error: unknown, status?: number): void {
  const type = status === undefined ? errorType(error) : String(status);
  span.setAttributes(filled({ "http.response.status_code": status, "error.type": type }));
  span.setStatus({ code: ERROR_STATUS });
}

/** The context in which the span is the active one. */
export function within(api: OpenTelemetryLike, around: ContextLike, span: SpanLike | undefined): ContextLike {
  // The API's own types ask more of a span than it needs.
  return span === undefined ? around : api.trace.setSpan(around, span as never);
}
