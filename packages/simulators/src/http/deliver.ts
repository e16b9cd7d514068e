import { setTimeout as pause } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Answer, AnswerBody } from "./answer.js";
import type { Fault } from "./fault.js";

const pieces = 10;
const defaultPauseMs = 50;
/** Statuses that must not carry a body. */
const bodyless = new Set([204, 205, 304]);

/** What can be done to a connection besides answering it. */
export interface Connection extends HttpBindings {
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

/** Sends an answer the way the fault wants it, or in the ordinary way when there is none. */
export async function deliver(
  connection: Connection,
  answer: Answer<AnswerBody>,
  fault: Fault | undefined,
): Promise<Response> {
  switch (fault?.action) {
    case undefined:
      return new Response(bodyless.has(answer.status) ? null : answer.body, {
        status: answer.status,
        headers: answer.headers,
      });
    case "drop":
      connection.incoming.socket.destroy();
      break;
    case "hang":
      break;
    case "truncate":
      await truncate(connection, answer);
      break;
    case "trickle":
      await trickle(connection, answer, fault.pauseMs ?? defaultPauseMs);
      break;
  }
  // Another server of Hono in the process may have put its own Response in the global's place before this one was made, and such a
  // one is sent after all. A clone is always the runtime's.
  return RESPONSE_ALREADY_SENT.clone();
}

/** Promises the whole body, sends the first half and cuts the connection. */
async function truncate({ outgoing }: Connection, answer: Answer<AnswerBody>): Promise<void> {
  const body = Buffer.from(answer.body);
  outgoing.writeHead(answer.status, { ...answer.headers, "content-length": body.length });
  await new Promise<void>((resolve) => {
    outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => resolve());
  });
  outgoing.destroy();
}

async function trickle({ outgoing, closing }: Connection, answer: Answer<AnswerBody>, pauseMs: number): Promise<void> {
  const body = Buffer.from(answer.body);
  const size = Math.max(1, Math.ceil(body.length / pieces));
  outgoing.writeHead(answer.status, { ...answer.headers, "content-length": body.length });
  outgoing.flushHeaders();
  for (let sent = 0; sent < body.length && !outgoing.destroyed; sent += size) {
    await sleep(pauseMs, closing);
    outgoing.write(body.subarray(sent, sent + size));
  }
  outgoing.end();
}

/** Waits real time, or until the server closes. */
export async function sleep(ms: number, closing: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: closing }).catch(() => undefined);
}
