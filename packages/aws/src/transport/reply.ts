import type { HeadersLike, Reply } from "@sluice/core";
import { isThrottling } from "../quota/throttling.js";

/** The answer that a middleware's result or an error of the SDK carries; a refusal for the rate counts as a 429, whatever its status. */
export function readReply(value: unknown): Reply {
  const response = responseOf(value);
  const status = statusOf(value) ?? response?.statusCode;
  const headers = headersIn(value);
  return { status: value instanceof Error && isThrottling(value) ? 429 : status, headers };
}

/** Response headers of an error or result; the SDK gives them in lower case. */
export function headersIn(value: unknown): HeadersLike | undefined {
  const headers = responseOf(value)?.headers;
  return headers === undefined ? undefined : { get: (name) => headers[name.toLowerCase()] ?? null };
}

interface Response {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

function responseOf(value: unknown): Response | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { $response, response } = value as { readonly $response?: unknown; readonly response?: unknown };
  const found = $response ?? response;
  return typeof found === "object" && found !== null ? found : undefined;
}

function statusOf(value: unknown): number | undefined {
  const metadata = (value as { readonly $metadata?: { readonly httpStatusCode?: unknown } } | null | undefined)
    ?.$metadata;
  return typeof metadata?.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}
