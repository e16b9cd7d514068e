import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** One request as it came in. */
export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names and values as sent, in the order they were sent. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  /** The last part of the path. */
  readonly name: string;
}

/** How to answer. Left out: status 200 and `{ ok: true }`. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | object;
  /** `drop` cuts the connection without an answer, `cut` in the middle of the body; `hang` never answers. */
  readonly action?: "drop" | "cut" | "hang";
}

export interface LocalServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** What a client takes as `slackApiUrl`. */
  readonly url: string;
  readonly received: readonly Received[];
}

/** A server of one test, on a free port; closed when the test ends. */
export async function startServer(
  answer: (request: Received, index: number) => Reply | Promise<Reply> = () => ({}),
): Promise<LocalServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void read(request).then(async (one) => {
      received.push(one);
      reply(response, await answer(one, received.length - 1));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, url: `${origin}/api/`, received };
}

/** Answers in this order, then always with the last. */
export function inOrder(...replies: readonly Reply[]): (request: Received, index: number) => Reply {
  return (_request, index) => replies[Math.min(index, replies.length - 1)] ?? {};
}

/** A port on which nothing listens: far below those that are given away, so nobody gets it meanwhile. */
export async function silentPort(): Promise<number> {
  return 2;
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const path = request.url ?? "";
  const headers = request.rawHeaders.flatMap((text, index, all) =>
    index % 2 === 0 ? [[text, all[index + 1] ?? ""] as const] : [],
  );
  return { method: request.method ?? "", path, headers, body: Buffer.concat(chunks), name: path.replace(/^.*\//, "") };
}

function reply(response: ServerResponse, { status = 200, headers = {}, body = { ok: true }, action }: Reply): void {
  if (action === "hang") return;
  if (action === "drop") {
    response.destroy();
    return;
  }
  const bytes =
    typeof body === "string" || Buffer.isBuffer(body) ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length, ...headers });
  if (action !== "cut") {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, bytes.length / 2));
  setTimeout(() => response.destroy(), 10);
}
