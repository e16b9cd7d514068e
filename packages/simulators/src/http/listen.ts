import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";

/** A server that listens. */
export interface Listener {
  /** Its address: `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** Cuts every connection, idle or busy, and resolves when the port is free. May be called again. */
  close(): Promise<void>;
}

/** Answers one request; may also write to the connection itself. */
export type Fetch = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

/** Where to listen. */
export interface ListenOptions {
  /** @defaultValue 0, a free one */
  readonly port?: number;
}

/** Listens on a port of the loopback interface. The global `Request` and `Response` are left alone. */
export async function listen(fetch: Fetch, { port: wanted = 0 }: ListenOptions = {}): Promise<Listener> {
  // The adaptor's types allow for HTTP/2, which is never spoken here.
  const server = createAdaptorServer({
    fetch: (request, bindings) => fetch(request, bindings as HttpBindings),
    overrideGlobalObjects: false,
  }) as Server;
  // An idle connection stays until we close: were it cut after some seconds, a client would now and then lose a race.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(wanted, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;

  return {
    origin: `http://127.0.0.1:${port}`,
    close() {
      closed ??= new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      });
      return closed;
    },
  };
}
