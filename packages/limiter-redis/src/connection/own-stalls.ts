import type { Redis } from "ioredis";
import type { Duplex } from "node:stream";
import { afterPendingInput } from "./after-pending-input.js";

/**
 * Lets an answer that arrived while this process stood still win over the client's socket timeout: its timer comes before what lies in the
 * socket is read, and takes a connection for dead that had answered. To be called for each new connection.
 */
export function outlastOwnStalls({ stream }: Redis): void {
  const destroy = stream.destroy;
  let heard = 0;
  stream.on("data", () => (heard += 1));
  stream.destroy = (error?: Error) => {
    if (!error?.message.startsWith(SOCKET_TIMEOUT)) return destroy.call(stream, error);
    const before = heard;
    // The client's own listener to data sets its timer anew.
    afterPendingInput(() => heard === before && destroy.call(stream, error));
    return stream;
  };
}

/**
 * The same while a connection is being made, which may be there already, unread. The client ignores that timeout once it knows of the
 * connection.
 */
export function outlastOwnStallsConnecting<Stream extends Duplex>(stream: Stream): Stream {
  const timed = stream as { setTimeout?: (ms: number, late?: () => void) => unknown };
  const set = timed.setTimeout;
  if (set === undefined) return stream;
  timed.setTimeout = (ms, late) => set.call(stream, ms, late === undefined ? late : () => afterPendingInput(late));
  return stream;
}

/** How the client calls it. */
const SOCKET_TIMEOUT = "Socket timeout.";
