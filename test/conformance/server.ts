import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it came in. */
export interface Received {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names and values as sent, in the order they were sent. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** How to answer. */
export interface Reply {
  /** @defaultValue 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects are sent as JSON. @defaultValue `{}` */
  readonly body?: string | Buffer | object;
  /** `hang` never answers, `drop` cuts the connection. */
  readonly action?: "hang" | "drop";
}

/** A running server. */
export interface RecordingServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** In the order their bodies were complete. */
  readonly received: readonly Received[];
  /** Changes how it answers from now on. */
  answerWith(answer: Answer): void;
}

/** From a request, and how many came before it, to its answer. */
export type Answer = (request: Received, index: number) => Reply | Promise<Reply>;

/** A server on a free port that keeps what it receives. */
export async function startRecordingServer(first: Answer): Promise<RecordingServer> {
  let answer = first;
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void read(request).then(async (one) => {
      received.push(one);
      send(response, await answer(one, received.length - 1));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answerWith: (next) => void (answer = next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = request.rawHeaders.flatMap((name, index, all) =>
    index % 2 === 0 ? [[name, all[index + 1] ?? ""] as const] : [],
  );
  return { method: request.method ?? "", path: request.url ?? "", headers, body: Buffer.concat(chunks) };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = {}, action }: Reply): void {
  if (action === "hang") return;
  if (action === "drop") {
    response.destroy();
    return;
  }
  const bytes =
    typeof body === "string" || Buffer.isBuffer(body) ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  const none = status === 204 || status === 304;
  response.writeHead(status, {
    ...(none ? {} : { "content-type": "application/json", "content-length": bytes.length }),
    ...headers,
  });
  response.end(none ? undefined : bytes);
}
