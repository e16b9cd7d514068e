import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Attributes,
  type Context,
  context,
  type ContextManager,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanOptions,
  type SpanStatus,
  trace,
  TraceFlags,
  type Tracer,
} from "@opentelemetry/api";

/** A span as it was recorded. */
export interface Recorded {
  readonly name: string;
  readonly kind: number | undefined;
  readonly context: SpanContext;
  readonly parent: string | undefined;
  readonly attributes: Attributes;
  readonly links: Link[];
  readonly events: { readonly name: string; readonly attributes: unknown }[];
  status: SpanStatus | undefined;
  ends: number;
}

/** A tracer of the API's own contract that keeps what it is told, in the order of the beginnings. */
export function recordingTracer(): { readonly tracer: Tracer; readonly spans: Recorded[] } {
  const spans: Recorded[] = [];
  const startSpan = (name: string, options: SpanOptions = {}, around: Context = context.active()): Span => {
    const parent = trace.getSpanContext(around);
    const id = (spans.length + 1).toString(16).padStart(16, "0");
    const record: Recorded = {
      name,
      kind: options.kind,
      context: { traceId: parent?.traceId ?? id.repeat(2), spanId: id, traceFlags: TraceFlags.SAMPLED },
      parent: spans.find(({ context: one }) => one.spanId === parent?.spanId)?.name,
      attributes: { ...options.attributes },
      links: [...(options.links ?? [])],
      events: [],
      status: undefined,
      ends: 0,
    };
    spans.push(record);
    const span: Span = {
      spanContext: () => record.context,
      setAttribute: (key, value) => (Object.assign(record.attributes, { [key]: value }), span),
      setAttributes: (attributes) => (Object.assign(record.attributes, attributes), span),
      addEvent: (event, attributes) => (record.events.push({ name: event, attributes }), span),
      addLink: (link) => (record.links.push(link), span),
      addLinks: (links) => (record.links.push(...links), span),
      setStatus: (status) => ((record.status = status), span),
      updateName: () => span,
      recordException: () => expectNoException(),
      isRecording: () => record.ends === 0,
      end: () => void (record.ends += 1),
    };
    return span;
  };
  const startActiveSpan: Tracer["startActiveSpan"] = () => {
    throw new Error("not used here");
  };
  return { tracer: { startSpan, startActiveSpan }, spans };
}

/** Registers a provider and a context manager for the whole process, as an SDK does. */
export function registerRecorder(): { readonly spans: Recorded[]; readonly stop: () => void } {
  const { tracer, spans } = recordingTracer();
  context.setGlobalContextManager(asyncContexts());
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
  return {
    spans,
    stop() {
      trace.disable();
      context.disable();
    },
  };
}

function asyncContexts(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (around, fn, thisArg, ...args) => storage.run(around, () => fn.call(thisArg as never, ...args)),
    bind: (_around, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}

/** Messages and stacks of errors may hold secrets, so they are never recorded. */
function expectNoException(): never {
  throw new Error("an exception was recorded");
}
