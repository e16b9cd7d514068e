import { createServer, type Server, type Socket } from "node:net";
import { Link, type LinkOwner } from "./link.js";
import type { TcpProxy, TcpProxyOptions } from "./tcp-proxy.js";

/** Starts a proxy that at first changes nothing. */
export async function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  const { targetPort, targetHost = "127.0.0.1" } = options;
  const links = new Set<Link>();
  const answersToLose: (() => void)[] = [];
  let currentDelayMs = 0;

  const owner: LinkOwner = {
    delayMs: () => currentDelayMs,
    takeCutAfterRequest: () => answersToLose.shift(),
  };
  const accept = (client: Socket): void => {
    const link = new Link(client, { port: targetPort, host: targetHost }, owner);
    links.add(link);
    link.onClose(() => links.delete(link));
  };
  const resetAll = (): void => {
    for (const link of links) link.reset();
  };

  let server: Server | undefined = await listen(0, accept);
  const port = portOf(server);
  const stopListening = (): void => {
    // Its "close" comes only after the last connection; the port is given up at once.
    server?.close();
    server = undefined;
  };
  const close = async (): Promise<void> => {
    stopListening();
    resetAll();
  };
  const urlFor = (protocol: string): string => `${protocol}://127.0.0.1:${port}`;
  return {
    port,
    url: urlFor("redis"),
    urlFor,
    delay: (delayMs) => {
      currentDelayMs = delayMs;
    },
    pauseExisting: () => {
      for (const link of links) link.gate.close();
    },
    resume: () => {
      for (const link of links) link.gate.open();
    },
    cut: resetAll,
    async refuse(on) {
      if (on) stopListening();
      else server ??= await listen(port, accept);
    },
    cutAfterRequest: () => new Promise((resolve) => answersToLose.push(resolve)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Port 0 lets the system choose. */
function listen(port: number, accept: (client: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, accept);
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the proxy does not listen on a port");
  return address.port;
}
