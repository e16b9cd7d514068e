import type { Call } from "../call/call.js";
import { streamedBody } from "../retry/options.js";

/** What was asked of a fetch API, as quotas, patterns and hooks see it. */
export interface FetchRequest {
  /** Upper case. */
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
}

type Input = Parameters<typeof fetch>[0];
type Init = Parameters<typeof fetch>[1];

/** One request that can be sent again, when its body allows. */
export interface ReplayableRequest {
  readonly request: FetchRequest;
  /** The caller's own signal. */
  readonly signal: AbortSignal | undefined;
  /** Whether the body can be sent only once. */
  readonly once: boolean;
  /** The arguments of one attempt: nothing in them is shared with the next one. */
  attempt(signal: AbortSignal): readonly [Input, NonNullable<Init>];
}

/** The request that a call of a fetch API was made with; undefined for other calls. */
export function fetchRequestOf(call: Call): FetchRequest | undefined {
  const args = call.args as Partial<FetchRequest> | undefined;
  return args?.url instanceof URL && args.headers instanceof Headers ? (args as FetchRequest) : undefined;
}

/**
 * Reads the arguments of a fetch without changing them; what fetch itself would make of them is left to it. They are copied at once, as fetch
 * does: a call may wait, and its caller may use headers and bytes again meanwhile.
 *
 * @throws TypeError for an address that is none, as fetch does.
 */
export function replayable(input: Input, init: Init): ReplayableRequest {
  const given = isRequest(input) ? input : undefined;
  const body = init?.body ?? undefined;
  const withOwnBody = given !== undefined && given.body !== null && body === undefined;
  const kept = withOwnBody ? given : inputOf(input);
  const keptInit = { ...init, ...(body === undefined ? {} : { body: bodyOf(body) }) };
  const headers = init?.headers === undefined ? undefined : copyOf(init.headers);
  const method = init?.method ?? given?.method ?? "GET";
  return {
    request: {
      method: method.toUpperCase(),
      url: new URL(given?.url ?? String(input)),
      headers: new Headers((headers as ConstructorParameters<typeof Headers>[0]) ?? given?.headers),
    },
    // As with fetch itself, null takes the request's own signal off.
    signal: init?.signal === null ? undefined : (init?.signal ?? given?.signal),
    // A Request's body can be cloned before each attempt; a stream that was given bare cannot be read twice.
    once: body !== undefined && isStream(body),
    attempt: (signal) => [
      // A clone shares nothing with the original, whose body stays unread for the next attempt.
      withOwnBody ? given.clone() : kept,
      { ...keptInit, ...(headers === undefined ? {} : { headers: copyOf(headers) }), signal },
    ],
  };
}

/** Marks a call whose body is spent by its first attempt. */
export function markStreamed(call: Call): void {
  call.state.set(streamedBody, true);
}

function isStream(body: unknown): boolean {
  if (typeof body !== "object" || body === null) return false;
  return body instanceof ReadableStream || (Symbol.asyncIterator in body && !(body instanceof Blob));
}

/** By its shape: a Request may come from another copy of the fetch implementation. */
function isRequest(input: Input): input is Request {
  return typeof input === "object" && "clone" in input && typeof input.url === "string";
}

type HeadersGiven = NonNullable<NonNullable<Init>["headers"]>;

/** A copy of the same shape, since order and case of names are the caller's. */
function copyOf(headers: HeadersGiven): HeadersGiven {
  if (headers instanceof Headers) return new Headers(headers);
  return Array.isArray(headers) ? headers.map((pair) => [...pair] as [string, string]) : { ...headers };
}

function inputOf(input: Input): Input {
  if (isRequest(input)) return input.bodyUsed ? input : input.clone();
  return input instanceof URL ? new URL(input) : input;
}

type BodyGiven = NonNullable<NonNullable<Init>["body"]>;

/** What cannot change stays itself. */
function bodyOf(body: BodyGiven): BodyGiven {
  if (body instanceof ArrayBuffer) return body.slice(0);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
  if (body instanceof URLSearchParams) return new URLSearchParams(body);
  if (!(body instanceof FormData)) return body;
  const copy = new FormData();
  for (const [name, value] of body) copy.append(name, value);
  return copy;
}
