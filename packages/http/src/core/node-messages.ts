import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer, AnswerHeaders, Passage, RequestEnd, RequestView } from "./request-view.js";

/** What all frameworks over `node:http` see of a request. */
export function nodeParts(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Pick<RequestView<object>, "peer" | "header" | "gone"> {
  let gone: AbortSignal | undefined;
  return {
    peer: incoming.socket?.remoteAddress,
    header(name) {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    gone: () => (gone ??= goneSignal(outgoing)),
  };
}

/** Calls back once, when the answer has been sent or the client went away; at once where it has been already. */
export function onEnd(outgoing: ServerResponse, ended: (end: RequestEnd) => void): void {
  const tell = (): void => ended({ status: outgoing.statusCode, aborted: !outgoing.writableFinished });
  if (isOver(outgoing)) tell();
  else outgoing.once("close", tell);
}

/** Prepares an answer that somebody else will write. */
export function passOn(outgoing: ServerResponse, { headers, ended }: Passage & { readonly kind: "on" }): void {
  setHeaders(outgoing, headers);
  if (ended !== undefined) onEnd(outgoing, ended);
}

/** Writes a whole answer, unless somebody else has begun one. */
export function writeAnswer(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  if (outgoing.headersSent || isOver(outgoing)) return;
  outgoing.statusCode = status;
  setHeaders(outgoing, headers);
  outgoing.setHeader("Content-Length", Buffer.byteLength(body));
  outgoing.end(body);
}

function setHeaders(outgoing: ServerResponse, headers: AnswerHeaders): void {
  if (outgoing.headersSent) return;
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
}

function goneSignal(outgoing: ServerResponse): AbortSignal {
  const controller = new AbortController();
  onEnd(outgoing, ({ aborted }) => {
    if (aborted) controller.abort(new Error("The client went away"));
  });
  return controller.signal;
}

function isOver(outgoing: ServerResponse): boolean {
  return outgoing.closed || outgoing.destroyed;
}
