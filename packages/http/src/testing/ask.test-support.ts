import { type Agent, type IncomingHttpHeaders, request as send } from "node:http";
import { connect } from "node:net";

/** How a request is sent, byte for byte: nothing tidies its path. */
export interface Asking {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: Agent;
  readonly signal?: AbortSignal;
}

/** An answer, read to its end. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: Record<string, unknown>;
  readonly tookMs: number;
}

/** Sends one request on a connection of its own, or of the agent. */
export function ask(url: string, { path = "/", body, agent, ...how }: Asking = {}): Promise<Answered> {
  const { hostname, port } = new URL(url);
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const request = send({ hostname, port, path, agent: agent ?? false, ...how }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const tookMs = performance.now() - startedMs;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text), tookMs });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** So many requests, one after the other; their statuses. */
export async function statuses(url: string, count: number, asking: Asking = {}): Promise<number[]> {
  const seen: number[] = [];
  for (let n = 0; n < count; n += 1) seen.push((await ask(url, asking)).status);
  return seen;
}

/** Sends requests on one connection without waiting for answers. What comes back closes it. */
export function pipeline(url: string, paths: readonly string[]): () => void {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on("error", () => {});
  socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`).join(""));
  return () => void socket.destroy();
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
