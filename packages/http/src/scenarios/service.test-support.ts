import { Agent } from "node:http";
import type { Express } from "express";
import { ask, type Answered, type Asking } from "../testing/ask.test-support.js";
import { closeServer, urlOf } from "../testing/servers.test-support.js";

/** A service that listens on a free port of this machine. */
export interface Service {
  readonly url: string;
  close(): Promise<void>;
}

export async function serveExpress(app: Express): Promise<Service> {
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return { url: urlOf(server), close: () => closeServer(server) };
}

/** Sends so many requests, never more than `atOnce` of them under way, over connections that are kept. */
export async function flood(
  url: string,
  count: number,
  asking: (n: number) => Asking,
  atOnce = 50,
): Promise<Answered[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const answers: Answered[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const n = next;
      next += 1;
      answers[n] = await ask(url, { ...asking(n), agent });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  agent.destroy();
  return answers;
}

/** How many answers have this status. */
export function countOf(answers: readonly Answered[], status: number): number {
  return answers.filter((answer) => answer.status === status).length;
}
