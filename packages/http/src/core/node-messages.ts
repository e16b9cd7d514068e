import type { IncomingMessage, ServerResponse } from "node:http";
import type { NowOrLater } from "./now-or-later.js";
import type { Answer, AnswerHeaders, Passage, RequestEnd, RequestView } from "./request-view.js";

/** What frameworks over `node:http` know of a request. */
export interface NodeParts<Request extends object> extends Pick<
  RequestView<Request>,
  "request" | "method" | "target" | "route" | "caseSensitive"
> {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** A request of theirs, as the core sees it. */
export function nodeView<Request extends object>(parts: NodeParts<Request>): RequestView<Request> {
  return new NodeView(parts);
}

/** Calls back once, when the answer has been sent or the client went away; at once where it has been already. */
export function onEnd(outgoing: ServerResponse, ended: (end: RequestEnd) => void): void {
  const tell = (): void => ended({ status: outgoing.statusCode, aborted: !outgoing.writableFinished });
  if (isOver(outgoing)) tell();
  else outgoing.once("close", tell);
}

/**
 * Lets a request go on, or answers it. What cannot be decided at all goes to `next`, as the frameworks have it; what a later handler throws is
 * not ours to catch.
 */
export function letIn<Context>(
  enter: () => NowOrLater<Passage<Context>>,
  outgoing: ServerResponse,
  next: (error?: unknown) => void,
  keep?: (context: Context) => void,
): void {
  const goesOn = (passage: Passage<Context>): boolean => {
    if (passage.kind === "answer") {
      writeAnswer(outgoing, passage.answer);
      return false;
    }
    setHeaders(outgoing, passage.headers);
    if (passage.ended !== undefined) onEnd(outgoing, passage.ended);
    if (passage.context !== undefined) keep?.(passage.context);
    return true;
  };
  let on: boolean;
  try {
    const entering = enter();
    if (entering instanceof Promise) {
      entering.then(goesOn).then((later) => {
        if (later) next();
      }, next);
      return;
    }
    on = goesOn(entering);
  } catch (error) {
    next(error);
    return;
  }
  if (on) next();
}

/** Writes a whole answer, unless somebody else has begun one. */
export function writeAnswer(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  if (outgoing.headersSent || isOver(outgoing)) return;
  outgoing.statusCode = status;
  setHeaders(outgoing, headers);
  outgoing.setHeader("Content-Length", Buffer.byteLength(body));
  outgoing.end(body);
}

class NodeView<Request extends object> implements RequestView<Request> {
  readonly request: Request;
  readonly method: string;
  readonly target: string;
  readonly route: string | undefined;
  readonly caseSensitive: boolean;
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  #gone: AbortSignal | undefined;

  constructor({ request, method, target, route, caseSensitive, incoming, outgoing }: NodeParts<Request>) {
    this.request = request;
    this.method = method;
    this.target = target;
    this.route = route;
    this.caseSensitive = caseSensitive;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  get peer(): string | undefined {
    return this.#incoming.socket?.remoteAddress;
  }

  header(name: string): string | undefined {
    const value = this.#incoming.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  gone(): AbortSignal {
    return (this.#gone ??= goneSignal(this.#outgoing));
  }
}

function setHeaders(outgoing: ServerResponse, headers: AnswerHeaders): void {
  if (outgoing.headersSent) return;
  for (const name of Object.keys(headers)) outgoing.setHeader(name, headers[name] as string);
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
