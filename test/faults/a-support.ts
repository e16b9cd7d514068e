import { Redis } from "ioredis";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { RedisServer } from "@sluice/test/redis-server";
import { call, type Called, counted, type Member } from "./b-support.js";

/** A way into a server that notes who comes, and may answer in its place. */
export interface Door extends AsyncDisposable {
  readonly url: string;
  /** When each connection came, on `performance.now()`. */
  readonly cameMs: readonly number[];
}

/**
 * Carries bytes between clients and a server.
 *
 * @param junk - answers every script in place of the server; undefined while scripts pass.
 */
export async function startDoor(targetPort: number, junk: () => Buffer | undefined = () => undefined): Promise<Door> {
  const cameMs: number[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    cameMs.push(performance.now());
    const target = connect(targetPort, "127.0.0.1");
    for (const socket of [client, target]) {
      sockets.add(socket.setNoDelay(true));
      socket.on("error", () => {});
      socket.on("close", () => {
        for (const one of [client, target]) {
          sockets.delete(one);
          one.destroy();
        }
      });
    }
    target.pipe(client);
    client.on("data", (chunk: Buffer) => {
      const instead = chunk.includes("evalsha") ? junk() : undefined;
      if (instead === undefined) target.write(chunk);
      else client.write(instead);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `redis://127.0.0.1:${port}`,
    cameMs,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A client of the test's own, for what one command over a fresh connection cannot do. */
export interface Operator extends AsyncDisposable {
  readonly redis: Redis;
}

export async function operatorOf(server: RedisServer): Promise<Operator> {
  const redis = new Redis(server.url, { lazyConnect: true, enableOfflineQueue: true });
  redis.on("error", () => {});
  await redis.connect();
  return { redis, [Symbol.asyncDispose]: async () => redis.disconnect() };
}

/** One call that takes one token of what is counted. */
export function count(one: Member, account?: string): Promise<Called> {
  return call(() => one.limiter(account).tryAcquire(counted));
}

/** One call after the other. */
export async function inTurn(times: number, ask: () => Promise<Called>): Promise<Called[]> {
  const calls: Called[] = [];
  for (let n = 0; n < times; n += 1) calls.push(await ask());
  return calls;
}

/** The value that so much of the calls stay below, beside what this process could not run. Unit: milliseconds. */
export function quantileMs(calls: readonly Called[], part: number): number {
  const inOrder = calls.map(({ tookMs, stalledMs }) => tookMs - stalledMs).toSorted((a, b) => a - b);
  return inOrder[Math.min(inOrder.length - 1, Math.floor(inOrder.length * part))] ?? Number.NaN;
}

/** Tokens that were taken of what is counted, as the server has it; 0 where nothing was ever asked. */
export async function takesOf(redis: Redis, account = "acme"): Promise<number> {
  const state = await redis.get(`sluice:{test:${account}}:t:${counted.bucket}`);
  const level = /^1\|\d+\|\d+\|(-?\d+)\|/.exec(state ?? "")?.[1];
  if (state !== null && level === undefined) throw new Error(`not a state that is understood: ${state}`);
  return level === undefined ? 0 : Math.round(counted.limit.burst - Number(level) / 1e6);
}
