import { type HeadersLike, parseRetryAfter } from "@sluice/core";
import { bestPractices } from "./generated/limits.js";

/** An answer of GitHub, in whatever shape it came. */
export interface GitHubReply {
  readonly status: number;
  readonly headers: HeadersLike;
  readonly data: unknown;
}

/** A refusal for the rate. */
export interface Throttle {
  /** `primary`: the resource is used up. `secondary`: everything has to wait. */
  readonly kind: "primary" | "secondary";
  readonly retryAfterMs: number;
}

/** Status, headers and body of Octokit's responses and errors, and of fetch's; undefined where there was no answer. */
export function replyOf(value: unknown): GitHubReply | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { status, headers, data, response } = value as Partial<
    Record<"status" | "headers" | "data" | "response", unknown>
  >;
  // Octokit gives failed connections a status of 500.
  if (value instanceof Error) return replyOf(response);
  if (typeof status !== "number" || typeof headers !== "object" || headers === null) return undefined;
  return { status, headers: asHeaders(headers), data };
}

/**
 * How GitHub refused, if it did: 403 or 429 with nothing remaining, or with words about a secondary limit, or GraphQL's 200 with an error
 * of its own type.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function throttleOf({ status, headers, data }: GitHubReply, wallNowMs: number): Throttle | undefined {
  const { texts, limited } = wordsIn(data);
  const refused = status === 403 || status === 429;
  if (!refused && !(status === 200 && limited)) return undefined;
  const said = parseRetryAfter(headers.get("retry-after"), wallNowMs);
  const askedMs = said.kind === "delay" ? said.delayMs : undefined;
  const secondary = texts.some((text) => secondaryWords.test(text));
  if (headers.get("x-ratelimit-remaining") === "0" && !secondary)
    return { kind: "primary", retryAfterMs: askedMs ?? untilReset(headers, wallNowMs) ?? FALLBACK_MS };
  // A 403 that is none of these is a lack of rights.
  if (!secondary && !limited && status !== 429 && askedMs === undefined) return undefined;
  const spentMs = headers.get("x-ratelimit-remaining") === "0" ? untilReset(headers, wallNowMs) : undefined;
  return { kind: "secondary", retryAfterMs: askedMs ?? spentMs ?? FALLBACK_MS };
}

/**
 * Milliseconds until the window ends, by the server's own clock: ours may be off. Undefined when the answer does not say.
 */
export function untilReset(headers: HeadersLike, wallNowMs: number): number | undefined {
  const reset = headers.get("x-ratelimit-reset");
  if (reset === null || !/^\d{1,12}$/.test(reset)) return undefined;
  const dateMs = Date.parse(headers.get("date") ?? "");
  return Math.max(0, Number(reset) * 1000 - (Number.isNaN(dateMs) ? wallNowMs : dateMs));
}

/** A minute, where nothing else is said; `minimumSecondaryBackoff`. */
const FALLBACK_MS = bestPractices.minimumSecondaryBackoff.value * 1000;
const secondaryWords = /secondary[\s-]rate|abuse[\s-](?:rate|detection)/i;

/** What the body says: its message, where it points to, GraphQL's errors. */
function wordsIn(data: unknown): { readonly texts: readonly string[]; readonly limited: boolean } {
  if (typeof data === "string") return { texts: [data.slice(0, 4096)], limited: false };
  if (typeof data !== "object" || data === null) return { texts: [], limited: false };
  const { message, documentation_url: url, errors } = data as Record<string, unknown>;
  const inner = (Array.isArray(errors) ? errors : []).flatMap((one: unknown) =>
    typeof one === "object" && one !== null ? [one as Record<string, unknown>] : [],
  );
  const texts = [message, url, ...inner.map((one) => one["message"])].filter((text) => typeof text === "string");
  const limited = inner.some(
    ({ type, message: told }) =>
      type === "RATE_LIMITED" || type === "RATE_LIMIT" || (typeof told === "string" && secondaryWords.test(told)),
  );
  return { texts, limited };
}

function asHeaders(headers: object): HeadersLike {
  if ("get" in headers && typeof headers.get === "function") return headers as HeadersLike;
  const named = headers as Readonly<Record<string, unknown>>;
  return {
    get: (name) => {
      const value = named[name];
      return typeof value === "string" || typeof value === "number" ? String(value) : null;
    },
  };
}
