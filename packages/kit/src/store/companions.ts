import type { Clock } from "@sluice/core";
import {
  type BreakerStore,
  type CustomStates,
  type Lock,
  memoryBreakerStore,
  memoryLock,
  memoryStates,
} from "@sluice/limiter";
import type { RedisSettings } from "../options/api-options.js";
import { redisBreakerStore, type RedisClient, redisLock, redisStates } from "@sluice/limiter-redis";

/** What lives beside the buckets; each is made, and connected, when it is first asked for. */
export interface Companions {
  breakers(): BreakerStore;
  lock(): Lock;
  /** Small texts that are written under the lock. */
  states(): CustomStates;
  close(): Promise<void>;
}

/** Where a Redis is. */
export type Where = RedisSettings | { readonly client: RedisClient };

/** Shared by every process that uses the same Redis. */
export function redisCompanions(where: Where): Companions {
  return companions({
    breakers: () => redisBreakerStore(where),
    lock: () => redisLock(where),
    states: () => redisStates(where),
  });
}

/** Of this process alone. */
export function memoryCompanions(clock: Clock | undefined): Companions {
  const time = clock === undefined ? {} : { clock };
  return companions({
    breakers: () => memoryBreakerStore(time),
    lock: () => memoryLock(time),
    states: () => memoryStates(time),
  });
}

interface Makers {
  readonly breakers: () => BreakerStore;
  readonly lock: () => Lock;
  readonly states: () => CustomStates;
}

function companions(make: Makers): Companions {
  let breakers: BreakerStore | undefined;
  let lock: Lock | undefined;
  let states: CustomStates | undefined;
  return {
    breakers: () => (breakers ??= make.breakers()),
    lock: () => (lock ??= make.lock()),
    states: () => (states ??= make.states()),
    async close() {
      await Promise.all([breakers?.close(), lock?.close(), states?.close()]);
    },
  };
}
