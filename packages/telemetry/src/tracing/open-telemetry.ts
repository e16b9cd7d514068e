// The part of @opentelemetry/api that is used, as shapes: the package is optional, so our types must not need its.

/** Names one span to others. */
export interface SpanContextLike {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

export type AttributesLike = Record<string, string | number | boolean>;

/** A span. */
export interface SpanLike {
  spanContext(): SpanContextLike;
  setAttributes(attributes: AttributesLike): unknown;
  addEvent(name: string, attributes?: AttributesLike): unknown;
  /** Not there before version 1.9. */
  addLink?(link: LinkLike): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  isRecording(): boolean;
  end(): void;
}

/** Points to another span. */
export interface LinkLike {
  readonly context: SpanContextLike;
  readonly attributes?: AttributesLike;
}

/** What makes spans. */
export interface TracerLike {
  startSpan(
    name: string,
    options?: { kind?: number; attributes?: AttributesLike; links?: LinkLike[] },
    context?: ContextLike,
  ): SpanLike;
}

/** Opaque. */
export interface ContextLike {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): ContextLike;
  deleteValue(key: symbol): ContextLike;
}

/** The module. */
export interface OpenTelemetryLike {
  readonly trace: {
    getTracer(name: string): TracerLike;
    setSpan(context: ContextLike, span: never): ContextLike;
    getSpan(context: ContextLike): { spanContext(): SpanContextLike } | undefined;
  };
  readonly context: {
    active(): ContextLike;
    with<Result>(context: ContextLike, fn: () => Result): Result;
  };
}

/** `SpanKind` and `SpanStatusCode` of the module. */
export const kinds = { internal: 0, client: 2 } as const;
export const ERROR_STATUS = 2;
