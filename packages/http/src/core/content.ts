import type { Answer, AnswerHeaders } from "./request-view.js";

/** An answer of the user's making. */
export interface Content {
  /** @defaultValue that of the case: 200 for degraded content, 429 for a refusal */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text as it is, anything else as JSON. @defaultValue nothing */
  readonly body?: string | object | null;
}

/** Makes an answer of it; its own fields stand above the given ones. */
export function contentAnswer(content: Content, status: number, headers: AnswerHeaders): Answer {
  const { body } = content;
  const text = body === undefined || body === null ? "" : typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
  const own = content.headers ?? {};
  const typed = text === "" || Object.keys(own).some((name) => name.toLowerCase() === "content-type");
  const kept = Object.entries(headers).filter(
    ([name]) => !Object.keys(own).some((other) => other.toLowerCase() === name.toLowerCase()),
  );
  return {
    status: content.status ?? status,
    headers: { ...Object.fromEntries(kept), ...(typed ? {} : { "Content-Type": type }), ...own },
    body: text,
  };
}
