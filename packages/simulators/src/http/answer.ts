import type { Bytes } from "./bytes.js";

/** What an answer carries. */
export type AnswerBody = string | Bytes;

/** A complete HTTP answer, ready to be sent. */
export interface Answer<Body extends AnswerBody = string> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

/** An answer that carries a value as JSON. */
export function jsonAnswer(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(value),
  };
}
