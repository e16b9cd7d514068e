import { createServer, type IncomingMessage } from "node:http";
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
  readonly atMs: number;
}

/** How to answer. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects are sent as JSON. @defaultValue `{}` */
  readonly body?: string | Buffer | object;
  /** `hang` never answers, `drop` cuts the connection before, `cut` in the middle of the body. */
  readonly action?: "hang" | "drop" | "cut";
}

/** A GitLab of one test on a free port, which keeps what it receives. */
export async function startServer(answer: (request: Received, index: number) => Reply | Promise<Reply> = () => ({})) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void read(request).then(async (one) => {
      received.push(one);
      const { status = 200, headers = {}, body = {}, action } = await answer(one, received.length - 1);
      if (action === "hang") return;
      if (action === "drop") {
        response.destroy();
        return;
      }
      const bytes =
        typeof body === "string" || Buffer.isBuffer(body) ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
      const none = status === 204 || status === 304;
      response.writeHead(status, {
        ...(none ? {} : { "content-type": "application/json", "content-length": String(bytes.length) }),
        ...headers,
      });
      if (action === "cut") {
        response.write(bytes.subarray(0, bytes.length / 2));
        setTimeout(() => response.destroy(), 10);
      } else response.end(none ? undefined : bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { host: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

async function read(request: IncomingMessage): Promise<Received> {
  const atMs = performance.now();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = request.rawHeaders.flatMap((name, index, all) =>
    index % 2 === 0 ? [[name, all[index + 1] ?? ""] as const] : [],
  );
  return { method: request.method ?? "", path: request.url ?? "", headers, body: Buffer.concat(chunks), atMs };
}

/** A request as text, without host and the boundaries of forms, which are drawn anew for each. */
export function comparable({ method, path, headers, body }: Received): object {
  const mend = (text: string): string =>
    text.replaceAll(/-{2,}formdata-undici-\d+/g, "boundary").replaceAll(/127\.0\.0\.1:\d+/g, "host");
  return {
    line: `${method} ${path}`,
    headers: headers.map(([name, value]) => `${name}: ${mend(value)}`),
    body: mend(body.toString("latin1")),
  };
}
