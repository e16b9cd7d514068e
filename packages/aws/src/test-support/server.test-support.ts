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
  /** One header, by its name in lower case. */
  header(name: string): string | undefined;
}

/** How to answer. Left out: status 200 and nothing. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects are sent as JSON. */
  readonly body?: string | Buffer | object;
  /** `drop` cuts the connection without an answer; `hang` never answers; `stall` sends half of the body and no more. */
  readonly action?: "drop" | "hang" | "stall";
}

export interface LocalServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly received: readonly Received[];
}

/** A server of one test, on a free port; closed when the test ends. */
export async function startServer(
  answer: (request: Received, index: number) => Reply | Promise<Reply> = () => ({}),
): Promise<LocalServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    read(request).then(
      async (one) => {
        received.push(one);
        reply(response, await answer(one, received.length - 1));
      },
      // A request that its client gave up.
      () => {},
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** Answers in this order, then always with the last. */
export function inOrder(...replies: readonly Reply[]): (request: Received, index: number) => Reply {
  return (_request, index) => replies[Math.min(index, replies.length - 1)] ?? {};
}

/** A port on which nothing listens. */
export async function silentPort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** An error as S3 tells it. */
export function xmlError(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const body = `<Error><Code>${code}</Code><Message>no</Message></Error>`;
  return { status, headers: { "content-type": "application/xml", ...headers }, body };
}

/** An error as DynamoDB and KMS tell it. */
export function jsonError(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: { __type: `com.amazonaws#${code}`, message: "no" } };
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = request.rawHeaders.flatMap((text, index, all) =>
    index % 2 === 0 ? [[text, all[index + 1] ?? ""] as const] : [],
  );
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers,
    body: Buffer.concat(chunks),
    header: (name) => headers.find(([own]) => own.toLowerCase() === name)?.[1],
  };
}

function reply(response: ServerResponse, { status = 200, headers = {}, body = "", action }: Reply): void {
  if (action === "hang") return;
  if (action === "drop") {
    response.destroy();
    return;
  }
  const bytes =
    typeof body === "string" || Buffer.isBuffer(body) ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-length": bytes.length, ...headers });
  if (action === "stall") response.write(bytes.subarray(0, bytes.length / 2));
  else response.end(bytes);
}
