import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { RequestEnd } from "./request-view.js";

/** The two ends of a request that came by HTTP/1, or by HTTP/2 as its compatibility API shows it. */
export interface NodeExchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Calls back once, when the answer has been sent or the client went away; at once where it has been already. */
export function onEnd(exchange: NodeExchange, ended: (end: RequestEnd) => void): void {
  const { incoming, outgoing } = exchange;
  const left = streamOf(outgoing) === undefined ? leaversOf(incoming.socket) : undefined;
  let told = false;
  const tell = (): void => {
    if (told) return;
    told = true;
    left?.delete(tell);
    outgoing.off("close", tell);
    ended({ status: outgoing.statusCode, aborted: isAborted(outgoing) });
  };
  if (isOver(exchange)) return tell();
  outgoing.once("close", tell);
  // Of answers that stand in line behind others on their connection, Node does not say that it was closed.
  left?.add(tell);
}

/** Whether nobody is there any more to be answered. */
export function isOver({ incoming, outgoing }: NodeExchange): boolean {
  const stream = streamOf(outgoing);
  if (stream !== undefined) return stream.destroyed;
  return outgoing.closed || outgoing.destroyed || incoming.socket?.destroyed === true;
}

/** An answer over HTTP/2 calls itself finished when it was cut off, too. */
function isAborted(outgoing: ServerResponse): boolean {
  const stream = streamOf(outgoing);
  return stream === undefined ? !outgoing.writableFinished : stream.aborted || !outgoing.writableEnded;
}

function streamOf(outgoing: ServerResponse): ServerHttp2Stream | undefined {
  return (outgoing as { readonly stream?: ServerHttp2Stream }).stream;
}

/** Who wants to know when a connection is closed: one listener for all of them, however many requests it carries. */
const leavers = new WeakMap<Socket, Set<() => void>>();

function leaversOf(socket: Socket | undefined): Set<() => void> | undefined {
  // Injected requests have none, or one that only looks like it.
  if (typeof socket?.once !== "function") return undefined;
  const known = leavers.get(socket);
  if (known !== undefined) return known;
  const made = new Set<() => void>();
  leavers.set(socket, made);
  socket.once("close", () => {
    for (const tell of made) tell();
  });
  return made;
}
