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

/** Open from one run to the next, by port: runs are short, and a new connection costs a server as much as several requests. */
const pools = new Map<number, Socket[]>();

async function socketsOf(port: number, connections: number): Promise<readonly Socket[]> {
  const pool = pools.get(port) ?? [];
  pools.set(port, pool);
  while (pool.length < connections) pool.push(await open(port));
  return pool.slice(0, connections);
}

const handlers = {
  async run({ port, path, connections, users, ms }: Load): Promise<{ done: number; tookS: number }> {
    const requests = usersNamed("user-", users).map((user) =>
      Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nx-user: ${user}\r\n\r\n`),
    );
    const sockets = await socketsOf(port, connections);
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
        const onData = (chunk: Buffer): void => {
          // Status codes differ in their first digit.
          if (!begun && chunk.toString("latin1", 9, 10) !== "2")
            return reject(new Error(`answered ${chunk.toString("latin1")}`));
          begun = true;
          // Every answer is one JSON object.
          if (chunk.at(-1) !== CLOSING_BRACE) return;
          begun = false;
          done += 1;
          if (nowUs() < untilUs) send();
          else {
            socket.off("data", onData);
            socket.off("error", reject);
            resolve();
          }
        };
        socket.on("error", reject);
        socket.on("data", onData);
        send();
      });
    const rest = stayAwake();
    await Promise.all(sockets.map(drive));
    rest();
    const tookS = (nowUs() - startedUs) / 1e6;
    return { done, tookS };
  },
};
export type InboundLoadHandlers = typeof handlers;
serve(handlers);

/**
 * Keeps this process from falling asleep while it waits. The server would pay for waking it, with each answer and only where it is the slower of
 * the two: what is over there in a network costs nothing of the kind.
 */
function stayAwake(): () => void {
  let awake = true;
  const turn = (): void => {
    if (awake) setImmediate(turn);
  };
  turn();
  return () => (awake = false);
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}
