import { fingerprint } from "../client/account.js";

/** A request as it is about to leave. */
export interface OutgoingRequest {
  readonly account: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers that may be asked for again by their ETag. */
export interface ResponseCache {
  /** The headers to send, with the validator of what is kept. */
  headersFor(request: OutgoingRequest): Readonly<Record<string, string>>;
  /** The answer to hand on: what is kept, when the server says that it has not changed. Its body has arrived whole. */
  settle(request: OutgoingRequest, response: Response): Promise<Response>;
}

/** Bounds of a cache. */
export interface ResponseCacheOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

interface Entry {
  readonly etag: string;
  readonly body: ArrayBuffer;
  readonly statusText: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly bytes: number;
}

/** What an entry takes beside body and key, roughly. Unit: bytes. */
const OVERHEAD_BYTES = 512;

/** A cache of answers in this process; what was not used for longest goes first. */
export function responseCache({ maxEntries, maxBytes }: ResponseCacheOptions): ResponseCache {
  const entries = new Map<string, Entry>();
  let total = 0;

  const drop = (key: string): void => {
    total -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  const keep = (key: string, entry: Entry): void => {
    drop(key);
    if (entry.bytes > maxBytes) return;
    entries.set(key, entry);
    total += entry.bytes;
    for (const oldest of entries.keys()) {
      if (entries.size <= maxEntries && total <= maxBytes) break;
      drop(oldest);
    }
  };

  return {
    headersFor(request) {
      if (!mayCache(request)) return request.headers;
      const entry = entries.get(keyOf(request));
      return entry === undefined ? request.headers : { ...request.headers, "if-none-match": entry.etag };
    },
    async settle(request, response) {
      if (!mayCache(request)) return response;
      const key = keyOf(request);
      const entry = entries.get(key);
      if (response.status === 304) {
        if (entry === undefined) return response;
        keep(key, entry);
        return revived(entry, response);
      }
      const etag = response.headers.get("etag");
      if (response.status === 200 && etag !== null && !/no-store/i.test(response.headers.get("cache-control") ?? ""))
        keep(key, await entryOf(key, etag, response));
      return response;
    },
  };
}

/** Who brings a validator of his own wants to see the 304. */
function mayCache({ method, headers }: OutgoingRequest): boolean {
  return method === "GET" && headers["if-none-match"] === undefined && headers["if-modified-since"] === undefined;
}

/** An answer depends on who asks and in what format. */
function keyOf({ account, url, headers }: OutgoingRequest): string {
  const who = fingerprint(headers["authorization"] ?? "");
  return [account, url, headers["accept"] ?? "", headers["x-github-api-version"] ?? "", who].join("\n");
}

async function entryOf(key: string, etag: string, response: Response): Promise<Entry> {
  const body = await response.clone().arrayBuffer();
  return {
    etag,
    body,
    statusText: response.statusText,
    url: response.url,
    headers: [...response.headers],
    bytes: body.byteLength + 2 * key.length + OVERHEAD_BYTES,
  };
}

/** The kept answer, with what the server has said just now: its limits, its date. */
function revived({ body, statusText, url, headers }: Entry, fresh: Response): Response {
  const all = new Headers(headers.map(([name, value]): [string, string] => [name, value]));
  for (const [name, value] of fresh.headers) if (!ofTheBody.has(name)) all.set(name, value);
  const response = new Response(body, { status: 200, statusText, headers: all });
  Object.defineProperty(response, "url", { value: url, configurable: true });
  return response;
}

/** A 304 has no body, so what it says of one is about another. */
const ofTheBody = new Set(["content-length", "content-type", "content-encoding", "transfer-encoding"]);
