import type { ClientRequest, IncomingMessage } from "node:http";
import { FetchError, type RequestContext } from "@kubernetes/client-node";

/** What Node asks of an agent for each request. */
interface Agent {
  addRequest(request: ClientRequest, ...rest: unknown[]): unknown;
}

/**
 * Rejects when the connection ends in the middle of a body, and never resolves. The SDK's transport waits for the rest of such a body
 * for ever, when its length was announced. To see the connection, the request gets an agent that stands in front of its own.
 */
export function watchForCut(request: RequestContext): Promise<never> {
  const agent = request.getAgent();
  const cut = new Promise<never>((_resolve, reject) => {
    if (!isAgent(agent)) return;
    const onResponse = (response: IncomingMessage): void => {
      // The transport follows redirects, and hangs up on what it does not read.
      if (Math.floor((response.statusCode ?? 0) / 100) === 3) return;
      response.once("close", () => {
        if (!response.complete) reject(prematureClose(request.getUrl()));
      });
    };
    const addRequest: Agent["addRequest"] = (client, ...rest) => {
      client.once("response", onResponse);
      return agent.addRequest(client, ...rest);
    };
    request.setAgent(Object.assign(Object.create(agent) as typeof agent, { addRequest }));
  });
  // When the request itself fails, nobody asks any more.
  cut.catch(() => {});
  return cut;
}

function isAgent<Given>(agent: Given): agent is Given & Agent {
  return typeof (agent as Partial<Agent> | undefined)?.addRequest === "function";
}

/** In the words that the transport has for bodies without an announced length. */
function prematureClose(url: string): FetchError {
  const code = "ERR_STREAM_PREMATURE_CLOSE";
  const system = Object.assign(new Error("Premature close"), { code });
  return new FetchError(`Invalid response body while trying to fetch ${url}: Premature close`, "system", system);
}
