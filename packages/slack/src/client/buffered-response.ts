import type { FetchFunction } from "@slack/web-api";

/** What the SDK reads of a response. */
export type FetchResponse = Awaited<ReturnType<FetchFunction>>;

/** A response whose body has arrived whole. */
export interface BufferedResponse extends FetchResponse {
  /** Slack's own error code, where the body is a refusal. */
  readonly slackError: string | undefined;
}

/** Bodies beyond this are no refusals, and not worth reading twice. Unit: bytes. */
const LONGEST_REFUSAL_BYTES = 16_384;

/**
 * Reads the body, so that the attempt ends when its last byte is here: the deadline covers it, and a body that is cut
 * short or never ends fails the attempt and not the SDK.
 */
export async function buffer(response: FetchResponse): Promise<BufferedResponse> {
  const body = await response.arrayBuffer();
  const text = (): string => new TextDecoder().decode(body);
  return {
    ok: response.ok,
    status: response.status,
    statusText: response.statusText,
    url: response.url,
    headers: response.headers,
    arrayBuffer: async () => body,
    text: async () => text(),
    json: async () => JSON.parse(text()) as unknown,
    slackError: body.byteLength > LONGEST_REFUSAL_BYTES ? undefined : refusalIn(text()),
  };
}

/** The response as it is to those who have seen its head and not yet its body, which cannot be read. */
export function unreadable({ ok, status, statusText, url, headers }: FetchResponse, error: unknown): FetchResponse {
  const fail = (): Promise<never> => Promise.reject(error);
  return { ok, status, statusText, url, headers, arrayBuffer: fail, text: fail, json: fail };
}

/** Whether the provider refused for the rate, by status or by body. */
export function isThrottled(result: unknown): result is BufferedResponse {
  const { status, slackError } = (result ?? {}) as Partial<BufferedResponse>;
  return status === 429 || slackError === "ratelimited" || slackError === "rate_limited";
}

function refusalIn(text: string): string | undefined {
  if (!text.includes('"ok"') || !text.includes('"error"')) return undefined;
  try {
    const { ok, error } = JSON.parse(text) as { ok?: unknown; error?: unknown };
    return ok === false && typeof error === "string" ? error : undefined;
  } catch {
    return undefined;
  }
}
