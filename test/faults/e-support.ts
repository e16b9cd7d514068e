import { createLimiter, type Limiter, type LimiterOptions } from "@sluice/limiter";
import { redisStore, type RedisStore, type RedisStoreOptions, type StoreEvent } from "@sluice/limiter-redis";
import { type RedisServer, say } from "@sluice/test/redis-server";

/** A process of a fleet, as far as Redis can tell. */
export interface Member extends AsyncDisposable {
  readonly store: RedisStore;
  readonly limiter: Limiter;
  readonly events: readonly StoreEvent[];
}

/** What a member may be told; those with the same `commandTimeoutMs` share a connection. */
export interface MemberOptions extends Omit<RedisStoreOptions, "onEvent"> {
  readonly lease?: LimiterOptions["lease"];
}

/** For answers, where the fault is not about their time: a busy machine is no fault. */
export const PATIENCE_MS = 5000;

export function member({ lease = false, ...options }: MemberOptions): Member {
  const events: StoreEvent[] = [];
  const store = redisStore({
    onStoreError: "closed",
    commandTimeoutMs: PATIENCE_MS,
    ...options,
    onEvent: (event) => events.push(event),
  });
  const limiter = createLimiter({ store, provider: "test", account: "acme", lease });
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

/** Stalls the event loop. */
export function block(forMs: number): void {
  const untilMs = performance.now() + forMs;
  while (performance.now() < untilMs);
}

/** How many scripts a server has run. */
export async function scriptsRun(server: Pick<RedisServer, "port">): Promise<number> {
  const said = await say(server, "INFO", "commandstats");
  return [...said.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}

export function percentile(values: readonly number[], part: number): number {
  const inOrder = values.toSorted((a, b) => a - b);
  return inOrder[Math.min(inOrder.length - 1, Math.floor(inOrder.length * part))] ?? 0;
}

export function ms(value: number): string {
  return `${Math.round(value)} ms`;
}
