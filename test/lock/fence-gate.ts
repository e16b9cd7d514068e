import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A resource behind a gate that remembers the highest fence it has seen. */
export interface FenceGate extends AsyncDisposable {
  /** Stands in for the address it guards. */
  readonly url: string;
  /** Writes that came with a number lower than one before. */
  readonly refused: number;
}

/**
 * Passes requests on to Slack. Slack knows no fences, so a service that writes under a lock puts a gate like this one, or a column in
 * its own database, before it.
 */
export async function startFenceGate(slackUrl: string): Promise<FenceGate> {
  let highest = 0;
  let refused = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const fence = Number(request.headers["x-fence"] ?? Number.NaN);
      const answer = (body: string): void =>
        void response.writeHead(200, { "content-type": "application/json" }).end(body);
      if (fence < highest) {
        refused += 1;
        return answer(JSON.stringify({ ok: false, error: "fence_too_low" }));
      }
      // A request without a number reads.
      if (fence > highest) highest = fence;
      const method = request.url?.split("/").at(-1) ?? "";
      const { authorization = "", "content-type": type = "application/x-www-form-urlencoded" } = request.headers;
      const headers = { authorization, "content-type": type };
      fetch(new URL(method, slackUrl), { method: "POST", headers, body: Buffer.concat(chunks) })
        .then((reply) => reply.text())
        .then(answer, (error: unknown) => response.destroy(error as Error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    get refused() {
      return refused;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
