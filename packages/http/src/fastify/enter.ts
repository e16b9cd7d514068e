import type { FastifyReply, FastifyRequest } from "fastify";
import { onEnd } from "../core/node-end.js";
import { nodeView } from "../core/node-messages.js";
import { after, type NowOrLater } from "../core/now-or-later.js";
import type { Gate } from "../core/request-view.js";

/** Lets a request in, or answers it: whether it goes on. */
export function enter<Context>(
  gate: Gate<FastifyRequest, Context>,
  request: FastifyRequest,
  reply: FastifyReply,
  keep?: (context: Context) => void,
): NowOrLater<boolean> {
  const exchange = { incoming: request.raw, outgoing: reply.raw };
  const view = nodeView({
    request,
    method: request.method,
    target: request.originalUrl,
    // Undefined where no route was found.
    route: request.routeOptions.url,
    caseSensitive: true,
    exchange,
  });
  return after(gate.enter(view), (passage) => {
    if (passage.kind === "answer") {
      const { status, headers, body } = passage.answer;
      reply
        .code(status)
        .headers({ ...headers })
        .send(body);
      return false;
    }
    const { headers } = passage;
    for (const name of Object.keys(headers)) reply.header(name, headers[name]);
    if (passage.ended !== undefined) onEnd(exchange, passage.ended);
    if (passage.context !== undefined) keep?.(passage.context);
    return true;
  });
}
