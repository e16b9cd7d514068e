import { wholeBetween } from "@sluice/core";
import { disposable } from "../connection/disposable.js";
import { type RedisConnectionOptions, resolveConnection } from "../connection/options.js";
import { shareConnection } from "../connection/shared-connection.js";
import { refill } from "../scripts/commands.js";
import { timeOf } from "../scripts/take.js";
import { createKeys } from "../store/keys.js";
import { readBreakers } from "./breakers.js";
import { partsOfKey } from "./key-parts.js";
import { type KnownBucket, knownBuckets, peekBuckets, quietBucket, strangerBuckets } from "./peek-buckets.js";
import { perScope, type ProcessSummary, readProcesses, readSummaries } from "./processes.js";
import { createScanner } from "./scanner.js";
import type { FleetSight } from "./sight.js";

/** How far one look goes. */
export interface LookOptions {
  /** Steps of SCAN, of 500 keys each; where they do not reach the end, the next look goes on. Range: whole numbers 1 to 100000. @defaultValue 4 */
  readonly steps?: number;
  /** Most buckets that are read. Range: whole numbers 1 to 10000. @defaultValue 500 */
  readonly most?: number;
}

/** Everything that uses one Redis and prefix, as it can be seen there. Reads in bounded steps; changes nothing but by `refill`. */
export interface RedisFleet extends AsyncDisposable {
  /** @throws StoreUnavailableError when Redis does not answer, or the user may not read. */
  look(options?: LookOptions): Promise<FleetSight>;
  /** The store's wall clock. Unit: milliseconds since 1970. */
  nowMs(): Promise<number>;
  /** Names of all buckets of a scope, as far as any is in use, but not places of concurrency limits. */
  bucketsOf(scope: string): Promise<readonly string[]>;
  /** Makes buckets of a scope as if nobody had asked yet. @returns how many were in use. */
  refill(scope: string, keys: readonly string[]): Promise<number>;
  close(): Promise<void>;
}

/** Most keys in one call of a script. */
const AT_ONCE = 100;
const MOST_LIMITS = 20_000;
/** Most processes that have ended of which a look still reads what they told last. */
const MOST_ENDED = 500;

/**
 * Watches a fleet from outside. Connects on first use.
 *
 * @throws ConfigError when an option is out of range; passwords do not show in it.
 */
export function redisFleet(options: RedisConnectionOptions): RedisFleet {
  const config = resolveConnection(options);
  const { prefix, source } = config;
  const keys = createKeys(prefix);
  const place = "client" in source ? undefined : config.place;
  const { run, release } = shareConnection(config, undefined, place);
  const scanner = createScanner(run, prefix);
  const askTime = (): Promise<number> => run("a question for the time", (redis) => timeOf(redis, keys.presence));
  let closed = false;
  /** Limits that processes told of before: they tell of each for half a minute. */
  const limits = new Map<string, KnownBucket["limit"]>();

  /** Limits of those that have ended and are not on the list any more. */
  const learn = async (names: readonly string[], alive: readonly ProcessSummary[]): Promise<void> => {
    const listed = new Set(alive.map(({ name }) => name));
    const ended = names.filter((name) => !listed.has(name)).slice(0, MOST_ENDED);
    if (ended.length === 0) return;
    const told = await run("a look at processes", (redis) => readSummaries(redis, keys, prefix, ended));
    for (const { key, limit } of knownBuckets(told)) limits.set(key, limit);
  };

  return disposable<Omit<RedisFleet, typeof Symbol.asyncDispose>>({
    async look({ steps = 4, most = 500 } = {}) {
      wholeBetween("steps", steps, 1, 100_000);
      wholeBetween("most", most, 1, 10_000);
      const nowUs = await askTime();
      const [processes, scan] = await Promise.all([
        run("a question for the list of processes", (redis) => readProcesses(redis, keys, prefix, nowUs)),
        scanner.go(steps),
      ]);
      const known = knownBuckets(processes).slice(0, most);
      const told = new Set(known.map(({ key }) => key));
      const others = scan.buckets.filter((key) => !told.has(key)).slice(0, most - known.length);
      if (limits.size > MOST_LIMITS) limits.clear();
      for (const { key, limit } of known) limits.set(key, limit);
      if (others.some((key) => !limits.has(key))) await learn(scan.processes, processes);
      const remembered = others.flatMap((key) => quietBucket(key, limits.get(key)));
      const strangers = others.filter((key) => !limits.has(key));
      const [peeked, unknown, breakers] = await Promise.all([
        peekBuckets(run, [...known, ...remembered]),
        strangerBuckets(run, strangers),
        readBreakers(run, scan.breakers.slice(0, most), nowUs),
      ]);
      return {
        atMs: nowUs / 1000,
        processes,
        scopes: perScope(processes),
        buckets: [...peeked, ...unknown],
        breakers,
        scanned: { buckets: scan.buckets.length, complete: scan.complete },
      };
    },
    nowMs: async () => (await askTime()) / 1000,
    async bucketsOf(scope) {
      const { buckets } = await createScanner(run, prefix, scope).go(100_000);
      return buckets.filter((key) => partsOfKey(key)?.kind !== "c");
    },
    async refill(scope, wanted) {
      let found = 0;
      const own = wanted.filter((key) => key.startsWith(`${prefix}:{${scope}}:`) && partsOfKey(key)?.kind !== "c");
      for (let from = 0; from < own.length; from += AT_ONCE)
        found += await run("a reset of buckets", (redis) => refill(redis, own.slice(from, from + AT_ONCE)));
      return found;
    },
    async close() {
      if (closed) return;
      closed = true;
      release();
    },
  });
}
