import { createLimiter, type Charge, type Limiter } from "@sluice/limiter";
import { redisStore, type RedisStore, type StoreEvent } from "@sluice/limiter-redis";
import {
  type FakeTime,
  findFakeTimeLibrary,
  type RedisServer,
  startFakeTime,
  startRedisServer,
} from "@sluice/test/redis-server";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as rest } from "node:timers/promises";
import { fault, type Fault, notHere } from "./fault.js";

export const HOUR_MS = 3_600_000;

/** A server that lives by a clock of its own, and that clock. */
export interface Timed extends AsyncDisposable {
  readonly server: RedisServer;
  readonly time: FakeTime;
}

export async function startTimed(args: readonly string[] = []): Promise<Timed> {
  const time = startFakeTime();
  try {
    const server = await startRedisServer({ args, env: time.env });
    return {
      server,
      time,
      async [Symbol.asyncDispose]() {
        await server.stop();
        time[Symbol.dispose]();
      },
    };
  } catch (error) {
    time[Symbol.dispose]();
    throw error;
  }
}

/** A row that needs another clock than the machine's. */
export function clockFault(row: Fault, provoke: () => Promise<string>): void {
  if (findFakeTimeLibrary() === undefined)
    notHere(row, "libfaketime is not installed, and its Debian package could not be fetched");
  else fault(row, provoke);
}

/** A process of a fleet, as far as Redis can tell. */
export interface Member extends AsyncDisposable {
  readonly store: RedisStore;
  readonly limiter: Limiter;
  readonly events: readonly StoreEvent[];
}

/** For answers: a busy machine is none of these faults. Unit: milliseconds. */
export const PATIENCE_MS = 5000;

export function member(url: string): Member {
  const events: StoreEvent[] = [];
  const store = redisStore({
    url,
    onStoreError: "closed",
    commandTimeoutMs: PATIENCE_MS,
    onEvent: (event) => events.push(event),
  });
  const limiter = createLimiter({ store, provider: "test", account: "acme" });
  return {
    store,
    limiter,
    events,
    async [Symbol.asyncDispose]() {
      await limiter.close();
      await store.close();
    },
  };
}

/** Takes all there is now. */
export async function drain(limiter: Limiter, charge: Charge): Promise<number[]> {
  const atUs: number[] = [];
  while ((await limiter.tryAcquire(charge)).kind === "allowed") atUs.push(performance.now() * 1000);
  return atUs;
}

/**
 * Asks again and again for so long; when each grant came, on the monotonic clock, how many questions failed, and how long the slowest
 * of them took, which is the machine's doing.
 */
export async function askFor(
  limiter: Limiter,
  charge: Charge,
  forMs: number,
): Promise<{ readonly atUs: number[]; readonly failed: number; readonly slowestMs: number }> {
  const atUs: number[] = [];
  let failed = 0;
  let slowestMs = 0;
  let sinceMs = performance.now();
  const untilMs = sinceMs + forMs;
  while (performance.now() < untilMs) {
    const decision = await limiter.tryAcquire(charge).catch(() => undefined);
    if (decision === undefined) failed += 1;
    else if (decision.kind === "allowed") atUs.push(performance.now() * 1000);
    await rest(2);
    slowestMs = Math.max(slowestMs, performance.now() - sinceMs);
    sinceMs = performance.now();
  }
  return { atUs, failed, slowestMs };
}

/** The longest time without a grant, from `fromMs` on. Unit: milliseconds. */
export function longestGapMs(fromMs: number, atUs: readonly number[], untilMs: number): number {
  let last = fromMs;
  let longest = 0;
  for (const us of [...atUs, untilMs * 1000]) {
    longest = Math.max(longest, us / 1000 - last);
    last = us / 1000;
  }
  return longest;
}

export function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

/** An address that leads to one server, and from `lead` on to another, as a failover behind one name does. */
export interface Address extends AsyncDisposable {
  readonly url: string;
  lead(port: number): void;
}

export async function startAddress(port: number): Promise<Address> {
  let target = port;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      other.destroy();
    });
    socket.pipe(other);
  };
  const server = createServer((client) => {
    const behind = connect(target, "127.0.0.1");
    keep(client, behind);
    keep(behind, client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lead(next) {
      target = next;
      cut();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      cut();
    },
  };
}
