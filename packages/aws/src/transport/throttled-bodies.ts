import { Readable } from "node:stream";
import type { Call } from "@sluice/core";
import { type Limiter, throttleBytes, type TokenBucketLimit } from "@sluice/limiter";

/** Bandwidth for bodies whose bytes were not charged before: streams, and what is larger than the burst. */
export interface ThrottleBodies {
  /** The request with its body slowed down; undefined when it needs none of that. */
  up(request: object, call: Call, signal: AbortSignal, onFailure: (reason: unknown) => void): object | undefined;
  /** The response's body slowed down; undefined when it needs none of that. */
  down(body: Readable, call: Call, signal: AbortSignal): Readable | undefined;
}

/** What bandwidth is made of. */
export interface ThrottleBodiesOptions {
  readonly up: TokenBucketLimit | undefined;
  readonly down: TokenBucketLimit | undefined;
  readonly limiterFor: (account: string) => Limiter;
  /** Whether limits hold now. */
  readonly enforced: () => boolean;
}

export const upBucket = "bytes:up";
const downBucket = "bytes:down";

export function throttleBodies(options: ThrottleBodiesOptions): ThrottleBodies | undefined {
  const { limiterFor, enforced } = options;
  if (options.up === undefined && options.down === undefined) return undefined;
  const slowed = (
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    bucket: string,
    limit: TokenBucketLimit,
    { account }: Call,
    signal: AbortSignal,
  ): Readable =>
    Readable.from(throttleBytes(source, limiterFor(account), { bucket, limit, signal }), { objectMode: false });
  return {
    up(request, call, signal, onFailure) {
      const limit = options.up;
      if (limit === undefined || !enforced()) return undefined;
      const bytes = knownBytes(request);
      const source = bytes !== undefined && bytes <= limit.burst ? undefined : sourceOf((request as Sent).body);
      if (source === undefined) return undefined;
      const slow = slowed(source, upBucket, limit, call, signal);
      // A request whose body fails would wait for the rest of it.
      slow.on("error", onFailure);
      return Object.assign(Object.create(Object.getPrototypeOf(request) as object) as object, request, { body: slow });
    },
    down(body, call, signal) {
      const limit = options.down;
      return limit === undefined || !enforced() ? undefined : slowed(body, downBucket, limit, call, signal);
    },
  };
}

/** A request of the SDK, as far as its bytes are concerned. */
interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Bytes of a request that are known before it is sent, and so can be charged as a whole: by its header, else by the body itself. */
export function knownBytes(request: object): number | undefined {
  const { body, headers } = request as Sent;
  const told = headers?.["content-length"];
  return told !== undefined && /^\d+$/.test(told) ? Number(told) : lengthOf(body);
}

/** Bytes that a request sends at least: what is known, or what a stream holds that goes out in chunks with a checksum behind them. */
export function leastBytes(request: object): number | undefined {
  const told = (request as Sent).headers?.["x-amz-decoded-content-length"];
  return knownBytes(request) ?? (told !== undefined && /^\d+$/.test(told) ? Number(told) : undefined);
}

function lengthOf(body: unknown): number | undefined {
  if (body === undefined || body === null) return 0;
  if (typeof body === "string") return Buffer.byteLength(body);
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer) return body.byteLength;
  return body instanceof Blob ? body.size : undefined;
}

/** Whether a body can be sent only once. */
export function isStream(body: unknown): boolean {
  return lengthOf(body) === undefined;
}

/** What is sent in slices: streams, and bodies that do not fit into the bucket. */
function sourceOf(body: unknown): AsyncIterable<Uint8Array> | Iterable<Uint8Array> | undefined {
  if (typeof body === "string") return [Buffer.from(body)];
  if (body instanceof ArrayBuffer) return [new Uint8Array(body)];
  if (ArrayBuffer.isView(body)) return [new Uint8Array(body.buffer, body.byteOffset, body.byteLength)];
  if (body instanceof Blob) return body.stream();
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body
    ? (body as AsyncIterable<Uint8Array>)
    : undefined;
}
