import { createServer } from "node:net";

/** A cluster node also listens on its port + 10 000, which must be a port too. */
const HIGHEST_PORT = 65_535 - 10_000;

/**
 * A port of 127.0.0.1 that was free a moment ago. Somebody else may take it before its user listens, so the user
 * must be ready to ask again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await portFromSystem();
    if (port <= HIGHEST_PORT) return port;
  }
}

function portFromSystem(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
