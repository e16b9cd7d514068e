import { createLimiter, type Limiter, tokenBucket } from "@sluice/limiter";
import { type RedisStore, redisStore, type RedisStoreOptions, type StoreEvent } from "@sluice/limiter-redis";
import { type RedisServer, say } from "@sluice/test/redis-server";
import { inspect } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { timed } from "../src/stalls/index.js";

/** The wait for one answer, its 50 ms, and what a busy machine adds. Unit: milliseconds. */
export const LONGEST_MS = 500 + 50 + 100;

/** For answers, where the fault is not about their time: a busy machine is none of these. Unit: milliseconds. */
export const PATIENT_MS = 5000;

/** So slow that what is counted does not come back during a test. */
export const slow = tokenBucket({ refillRate: 1e-3, burst: 50 });

/** A process of a fleet, as far as Redis can tell. */
export interface Member extends AsyncDisposable {
  readonly store: RedisStore;
  readonly limiter: Limiter;
  readonly events: readonly StoreEvent[];
}

export function member(options: RedisStoreOptions): Member {
  const events: StoreEvent[] = [];
  const store = redisStore({ onStoreError: "closed", ...options, onEvent: (event) => events.push(event) });
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

/** What a call came to, and how long it took beside what this process could not run. */
export interface Called {
  readonly error: unknown;
  readonly tookMs: number;
}

export async function called(ask: () => Promise<unknown>): Promise<Called> {
  const end = { error: undefined as unknown };
  const { tookMs, stalledMs } = await timed(async () => {
    end.error = await ask().then(
      () => undefined,
      (caught: unknown) => caught,
    );
  });
  return { ...end, tookMs: tookMs - stalledMs };
}

/** How often a text is in what others might get to see of these things: JSON, stacks, causes, hidden fields. */
export function found(marker: string, ...things: readonly unknown[]): number {
  const shown = things.map(
    (thing) =>
      inspect(thing, { depth: 12, showHidden: true, maxArrayLength: null, maxStringLength: null }) +
      String(JSON.stringify(thing)) +
      (thing instanceof Error ? `${thing.stack} ${String(thing.cause)}` : ""),
  );
  return shown.join("\n").split(marker).length - 1;
}

/** A figure of INFO. */
export async function figureOf(server: RedisServer, name: string): Promise<number> {
  return Number(new RegExp(`^${name}:(\\d+)`, "m").exec(await say(server, "INFO"))?.[1] ?? 0);
}

/** Process warnings of this kind while it lasts. */
export function collectWarnings(code: string): Disposable & { readonly texts: readonly string[] } {
  const texts: string[] = [];
  const listen = (warning: Error & { code?: string }): void => {
    if (warning.code === code) texts.push(warning.message);
  };
  process.on("warning", listen);
  return { texts, [Symbol.dispose]: () => void process.off("warning", listen) };
}

export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

/** The heap after what nobody needs is collected. Unit: bytes. */
export function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

/** The same, once it has come back to near a size or has not for a while: promises are let go in later turns. */
export async function collected(near: number): Promise<number> {
  let bytes = heapBytes();
  for (let n = 0; n < 5 && bytes > near; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    bytes = heapBytes();
  }
  return bytes;
}
