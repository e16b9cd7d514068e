// One process that sends requests over connections that stay open, as fast as they are answered.
import { connect, type Socket } from "node:net";
import { nowUs } from "../clock.js";
import { serve } from "../children/serve.js";
import { usersNamed } from "./policies.js";

/** What is sent. */
export interface Load {
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  /** Whose requests they are, in turn. */
  readonly users: number;
  readonly ms: number;
}

const CLOSING_BRACE = 125;

const handlers = {
  async run({ port, path, connections, users, ms }: Load): Promise<{ done: number; tookS: number }> {
    const requests = usersNamed("user-", users).map((user) =>
      Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nx-user: ${user}\r\n\r\n`),
    );
    const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
    const startedUs = nowUs();
    const untilUs = startedUs + ms * 1000;
    let next = 0;
    let done = 0;
    const drive = (socket: Socket): Promise<void> =>
      new Promise((resolve, reject) => {
        const send = (): void => {
          socket.write(requests[next] as Buffer);
          next = next + 1 === requests.length ? 0 : next + 1;
        };
        let begun = false;
        socket.on("error", reject);
        socket.on("data", (chunk: Buffer) => {
          // Status codes differ in their first digit.
          if (!begun && chunk.toString("latin1", 9, 10) !== "2")
            return reject(new Error(`answered ${chunk.toString("latin1")}`));
          begun = true;
          // Every answer is one JSON object.
          if (chunk.at(-1) !== CLOSING_BRACE) return;
          begun = false;
          done += 1;
          if (nowUs() < untilUs) send();
          else resolve();
        });
        send();
      });
    await Promise.all(sockets.map(drive));
    const tookS = (nowUs() - startedUs) / 1e6;
    for (const socket of sockets) socket.destroy();
    return { done, tookS };
  },
};
export type InboundLoadHandlers = typeof handlers;
serve(handlers);

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}
