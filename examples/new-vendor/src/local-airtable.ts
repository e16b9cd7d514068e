import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A stand-in for the API that refuses what its published limits refuse. */
export interface LocalAirtable extends AsyncDisposable {
  readonly url: string;
  /** Requests it has seen, and how many of them it refused. */
  readonly seen: { requests: number; refused: number };
}

/** Counts each base in a window of a second, and refuses the sixth request in it. */
export async function startLocalAirtable(): Promise<LocalAirtable> {
  const seen = { requests: 0, refused: 0 };
  const times = new Map<string, number[]>();
  const server = createServer((request, response) => {
    const base = request.url?.split("/")[2] ?? "";
    const nowMs = performance.now();
    const recent = (times.get(base) ?? []).filter((atMs) => nowMs - atMs < 1000);
    seen.requests += 1;
    if (recent.length >= 5) {
      seen.refused += 1;
      response.writeHead(429).end('{"errors":[{"error":"RATE_LIMIT_REACHED"}]}');
      return;
    }
    times.set(base, [...recent, nowMs]);
    response.writeHead(200, { "content-type": "application/json" }).end('{"records":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
