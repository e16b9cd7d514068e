import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Starts listening on a free port of this machine alone; its URL. */
export async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return urlOf(server);
}

export function urlOf(server: { address(): AddressInfo | string | null }): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Closes it with all its connections. */
export async function closeServer(server: Pick<Server, "close" | "closeAllConnections">): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
