import type { ServerResponse } from "node:http";
import { isOver, type NodeExchange, onEnd } from "./node-end.js";
import type { NowOrLater } from "./now-or-later.js";
import type { Answer, AnswerHeaders, Passage, RequestView } from "./request-view.js";

/** What frameworks over `node:http` know of a request. */
export interface NodeParts<Request extends object> extends Pick<
  RequestView<Request>,
  "request" | "method" | "target" | "route" | "caseSensitive"
> {
  readonly exchange: NodeExchange;
}

/** A request of theirs, as the core sees it. */
export function nodeView<Request extends object>(parts: NodeParts<Request>): RequestView<Request> {
  return new NodeView(parts);
}

/**
 * Lets a request go on, or answers it. What cannot be decided at all goes to `next`, as the frameworks have it; what a later handler throws is
 * not ours to catch.
 */
export function letIn<Context>(
  enter: () => NowOrLater<Passage<Context>>,
  exchange: NodeExchange,
  next: (error?: unknown) => void,
  keep?: (context: Context) => void,
): void {
  const goesOn = (passage: Passage<Context>): boolean => {
    if (passage.kind === "answer") {
      writeAnswer(exchange, passage.answer);
      return false;
    }
    setHeaders(exchange.outgoing, passage.headers);
    if (passage.ended !== undefined) onEnd(exchange, passage.ended);
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
export function writeAnswer(exchange: NodeExchange, { status, headers, body }: Answer): void {
  const { outgoing } = exchange;
  if (outgoing.headersSent || isOver(exchange)) return;
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
  readonly #exchange: NodeExchange;
  #gone: AbortSignal | undefined;

  constructor({ request, method, target, route, caseSensitive, exchange }: NodeParts<Request>) {
    this.request = request;
    this.method = method;
    this.target = target;
    this.route = route;
    this.caseSensitive = caseSensitive;
    this.#exchange = exchange;
  }

  get peer(): string | undefined {
    return this.#exchange.incoming.socket?.remoteAddress;
  }

  header(name: string): string | undefined {
    const value = this.#exchange.incoming.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  gone(): AbortSignal {
    return (this.#gone ??= goneSignal(this.#exchange));
  }
}

function setHeaders(outgoing: ServerResponse, headers: AnswerHeaders): void {
  if (outgoing.headersSent) return;
  for (const name of Object.keys(headers)) outgoing.setHeader(name, headers[name] as string);
}

function goneSignal(exchange: NodeExchange): AbortSignal {
  const controller = new AbortController();
  onEnd(exchange, ({ aborted }) => {
    if (aborted) controller.abort(new Error("The client went away"));
  });
  return controller.signal;
}
