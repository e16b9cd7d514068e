import type { FastifyReply, FastifyRequest } from "fastify";
import { nodeParts, onEnd } from "../core/node-messages.js";
import type { Gate } from "../core/request-view.js";

/** Lets a request in, or answers it; the reply is handed back then, which ends the chain of hooks. */
export async function enter<Context>(
  gate: Gate<FastifyRequest, Context>,
  request: FastifyRequest,
  reply: FastifyReply,
  keep?: (context: Context) => void,
): Promise<FastifyReply | undefined> {
  const passage = await gate.enter({
    request,
    method: request.method,
    target: request.originalUrl,
    // Undefined where no route was found.
    route: request.routeOptions.url,
    caseSensitive: true,
    ...nodeParts(request.raw, reply.raw),
  });
  if (passage.kind === "answer") {
    const { status, headers, body } = passage.answer;
    return reply
      .code(status)
      .headers({ ...headers })
      .send(body);
  }
  reply.headers({ ...passage.headers });
  if (passage.ended !== undefined) onEnd(reply.raw, passage.ended);
  if (passage.context !== undefined) keep?.(passage.context);
  return undefined;
}
