import type { Server } from "node:http";
import { type HttpBindings, serve } from "@hono/node-server";
import { closeServer, urlOf } from "./servers.test-support.js";

/** The runtime's own. */
const { Request, Response } = globalThis;

/** A server of Hono on a free port, with the defaults of its own. */
export interface HonoServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves, with Hono's own `Request` and `Response` in the global's place until it is closed. */
export async function serveByHono(
  fetch: (request: Request, bindings: HttpBindings) => Response | Promise<Response>,
): Promise<HonoServer> {
  const server = serve({
    fetch: (request, bindings) => fetch(request, bindings as HttpBindings),
    port: 0,
    hostname: "127.0.0.1",
  }) as Server;
  if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
  return {
    url: urlOf(server),
    async close() {
      await closeServer(server);
      for (const [name, value] of Object.entries({ Request, Response }))
        Object.defineProperty(globalThis, name, { value });
    },
  };
}
