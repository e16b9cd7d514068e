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
  /** The token it carries. */
  readonly bearer: string | undefined;
  readonly isLogin: boolean;
}

/** How to answer. Left out: status 200 and `[]`; to a login a token. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | object;
  /** `drop` cuts the connection without an answer, `cut` in the middle of the body; `hang` never answers. */
  readonly action?: "drop" | "cut" | "hang";
}

export interface LocalServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly received: readonly Received[];
  /** How many logins there were. */
  readonly logins: number;
  /** Everything but logins. */
  readonly calls: readonly Received[];
}

export type Answer = (request: Received, index: number) => Reply | undefined | Promise<Reply | undefined>;

/** A server of one test, on a free port; closed when the test ends. Logins get `token-1`, `token-2` and so on. */
export async function startServer(answer: Answer = () => ({})): Promise<LocalServer> {
  const received: Received[] = [];
  const logins = (): number => received.filter(({ isLogin }) => isLogin).length;
  const server = createServer((request, response) => {
    void read(request).then(async (one) => {
      received.push(one);
      const own = await answer(one, received.length - 1);
      const token = {
        access_token: `token-${logins()}`,
        expires_in: 300,
        refresh_token: "refresh-1",
        token_type: "Bearer",
      };
      send(
        response,
        one.isLogin && (own === undefined || Object.keys(own).length === 0) ? { body: token } : (own ?? {}),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    get logins() {
      return logins();
    },
    get calls() {
      return received.filter(({ isLogin }) => !isLogin);
    },
    [Symbol.asyncDispose]: close,
  };
}

/** Answers in this order, then always with the last; logins are answered as usual. */
export function inOrder(...replies: readonly Reply[]): Answer {
  let count = 0;
  return ({ isLogin }) => {
    if (isLogin) return undefined;
    count += 1;
    return replies[Math.min(count, replies.length) - 1];
  };
}

/** What every method of the SDK can read: an object for what the v2 API asks for one by one, a list for the rest. */
export const goodAnswer: Answer = ({ path, method, isLogin }) => {
  const single = path.endsWith("/v2/c") || (path.endsWith("/v2") && method === "POST");
  return isLogin ? undefined : { body: single ? { id: "1" } : [{ id: "1", name: "x" }] };
};

/** A token shaped like Keycloak's that ends at that time. Unit: seconds since the epoch. */
export function jwt(expiresAtS: number, id = ""): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ exp: expiresAtS, id })}.signature`;
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const path = request.url ?? "";
  const headers = request.rawHeaders.flatMap((text, index, all) =>
    index % 2 === 0 ? [[text, all[index + 1] ?? ""] as const] : [],
  );
  return {
    method: request.method ?? "",
    path,
    headers,
    body: Buffer.concat(chunks),
    bearer: request.headers.authorization?.replace(/^Bearer /, ""),
    isLogin: path.endsWith("/protocol/openid-connect/token"),
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = [], action }: Reply): void {
  if (action === "hang") return;
  if (action === "drop") {
    response.destroy();
    return;
  }
  const bytes =
    typeof body === "string" || Buffer.isBuffer(body) ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  if (status === 204) {
    response.writeHead(status, headers).end();
    return;
  }
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": bytes.length,
    location: "http://127.0.0.1/things/new-id",
    ...headers,
  });
  if (action !== "cut") {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, bytes.length / 2));
  setTimeout(() => response.destroy(), 10);
}
