import type { HeadersLike } from "./hook.js";

/** Status and headers of a result or an error. */
export interface Reply {
  readonly status: number | undefined;
  readonly headers: HeadersLike | undefined;
}

/** Finds status and headers in a result or error; vendors with other shapes bring their own. */
export type ReplyReader = (value: unknown) => Reply;

const nothing: Reply = { status: undefined, headers: undefined };

/** Reads anything shaped like a fetch `Response`, or an error that carries one. */
export const readReply: ReplyReader = (value) => {
  if (typeof value !== "object" || value === null) return nothing;
  const { status, headers, response } = value as { status?: unknown; headers?: unknown; response?: unknown };
  if (typeof status === "number") return { status, headers: isHeaders(headers) ? headers : undefined };
  return response === undefined || response === value ? nothing : readReply(response);
};

function isHeaders(value: unknown): value is HeadersLike {
  return typeof value === "object" && value !== null && typeof (value as { get?: unknown }).get === "function";
}
