import type { Clock } from "@sluice/core";
import { createLimiter, type Limiter, type Store } from "@sluice/limiter";
import { createConnection, type Distance, processClock } from "./network.js";
import { createRemoteStore } from "./remote-store.js";
import { seeded, subSeed } from "./seeded.js";
import { createSignsOfLife } from "./signs-of-life.js";
import { createStoreServer, type StoreServer } from "./store-server.js";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.js";

/** What every virtual fleet stands on. */
export interface Terrain extends Distance {
  readonly seed: number;
  /** How long one command keeps the store busy. Unit: microseconds. */
  readonly serviceUs: number;
  /** Round trip of every second process, when it is another. Unit: milliseconds. @defaultValue `roundTripMs` */
  readonly farRoundTripMs?: number;
}

/** One process of a fleet. */
export interface VirtualProcess {
  readonly clock: Clock;
  readonly store: Store;
  /** The limiter of an account in this process. */
  limiter(account: string): Limiter;
  close(): Promise<void>;
}

/** Processes around one store, on one clock. */
export interface VirtualFleet {
  readonly clock: VirtualClock;
  readonly server: StoreServer;
  /** The process of this number, made when it is first asked for. */
  process(number: number): VirtualProcess;
  close(): Promise<void>;
}

export const PROVIDER = "vendor";

export function createFleet(terrain: Terrain): VirtualFleet {
  const clock = createVirtualClock();
  const server = createStoreServer(clock, terrain.serviceUs);
  const processes = new Map<number, VirtualProcess>();
  return {
    clock,
    server,
    process(number) {
      let found = processes.get(number);
      if (found === undefined) {
        found = createProcess(clock, server, terrain, number);
        processes.set(number, found);
      }
      return found;
    },
    async close() {
      for (const each of processes.values()) await each.close();
    },
  };
}

/** Whether a process is one of those with the other round trip. */
export function isFar(number: number): boolean {
  return number % 2 === 1;
}

function createProcess(clock: VirtualClock, server: StoreServer, terrain: Terrain, number: number): VirtualProcess {
  const roundTripMs = isFar(number) ? (terrain.farRoundTripMs ?? terrain.roundTripMs) : terrain.roundTripMs;
  const own = processClock(clock, terrain, seeded(subSeed(terrain.seed, number * 2)));
  const connection = createConnection(
    clock,
    { ...terrain, roundTripMs },
    seeded(subSeed(terrain.seed, number * 2 + 1)),
  );
  const signs = createSignsOfLife(
    own,
    () =>
      new Promise((resolve) =>
        connection.there(() => server.runSign(number, (alive) => connection.back(() => resolve(alive)))),
      ),
  );
  const store = createRemoteStore(clock, server, connection, signs);
  const limiters = new Map<string, Limiter>();
  return {
    clock: own,
    store,
    limiter(account) {
      let limiter = limiters.get(account);
      if (limiter === undefined) {
        limiter = createLimiter({ store, provider: PROVIDER, account, clock: own });
        limiters.set(account, limiter);
      }
      return limiter;
    },
    async close() {
      for (const limiter of limiters.values()) await limiter.close();
      await store.close();
    },
  };
}
