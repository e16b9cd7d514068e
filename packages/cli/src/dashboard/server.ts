import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { AppEnv } from "./app.js";

/** A server on the loopback address. */
export interface LoopbackServer {
  readonly port: number;
  /** Cuts what is open. */
  close(): Promise<void>;
}

/** For pages and their streams, with room for a few programs. */
const MOST_CONNECTIONS = 64;

/** Slow or silent clients are cut: whoever is on this machine could hold all connections otherwise. */
const limits = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 8192,
} as const;

/**
 * Listens on 127.0.0.1 alone.
 *
 * @param port - 0 finds a free one.
 * @throws when the port is taken.
 */
export async function listen({ fetch }: Hono<AppEnv>, port: number): Promise<LoopbackServer> {
  const server = createAdaptorServer({
    fetch: (request, env) => fetch(request, env),
    createServer,
    serverOptions: limits,
    overrideGlobalObjects: false,
  });
  if (!("closeAllConnections" in server)) throw new TypeError("the server speaks HTTP/2, which was not asked for");
  const own = server as Server;
  own.maxConnections = MOST_CONNECTIONS;
  own.listen(port, "127.0.0.1");
  await once(own, "listening");
  return {
    port: (own.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        own.close(() => resolve());
        own.closeAllConnections();
      }),
  };
}
