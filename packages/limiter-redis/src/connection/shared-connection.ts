import { StoreUnavailableError } from "@sluice/core";
import { bounded } from "./bounded.js";
import { openClient, type RedisClient } from "./client.js";
import { connected, isReady } from "./connected.js";
import { DatabaseRefusedError } from "./database.js";
import type { RedisConnectionConfig, RedisTarget } from "./options.js";
import { placeOf } from "./parse-url.js";
import { explained } from "./refused-login.js";
import { closeClient } from "./sentinels.js";
import { missingForListening, rightsMessage } from "./rights.js";
import { createStoreWarnings, type StoreWarnings } from "./store-warnings.js";
import { noteAnswer, noteSilence } from "./silence.js";
import { createSubscriptions, type Subscriptions } from "./subscriptions.js";

/** The connection of one store, breaker store or lock; those of a process that name the same Redis share it. */
export interface SharedConnection {
  /**
   * The client, opened when it is first wanted.
   *
   * @throws StoreUnavailableError when the connection was given up.
   */
  client(): RedisClient;
  /** Whether keys live on several servers, by their slots. */
  readonly clustered: boolean;
  /**
   * Runs a command, connecting first where needed, and settles in time.
   *
   * @param command - told until when it may take, on this process's clock.
   * @throws StoreUnavailableError when Redis does not answer in time, or fails.
   */
  run<Value>(what: string, command: (client: RedisClient, untilMs: () => number) => Promise<Value>): Promise<Value>;
  /** Listens on a second connection. Returns the way to stop. */
  listen(channel: string, listener: (message: string) => void): () => void;
  /** Gives the connection up; the last one closes it. A client of the user's stays open. */
  release(): void;
}

interface Entry {
  readonly client: () => RedisClient;
  readonly subscriptions: Subscriptions;
  readonly warnings: StoreWarnings;
  readonly close: () => void;
  users: number;
}

const byTarget = new Map<string, Entry>();
const byClient = new WeakMap<RedisClient, Entry>();

/**
 * Shares the connection of the same place, login and timeout. Nothing is opened yet.
 *
 * @param onWarning - told what is wrong with the store though it answers. @defaultValue a process warning
 * @param place - where it is, for errors that nobody names it with. @defaultValue they do not say
 */
export function shareConnection(
  { source, commandTimeoutMs, prefix }: RedisConnectionConfig,
  onWarning?: (message: string) => void,
  place?: string,
): SharedConnection {
  const entry = "client" in source ? entryOfClient(source.client) : entryOfTarget(source, commandTimeoutMs);
  entry.users += 1;
  const stops = new Set<() => void>();
  if (onWarning !== undefined) stops.add(entry.warnings.listen(onWarning));
  let released = false;
  let looked = false;
  const client = (): RedisClient => {
    if (released) throw new StoreUnavailableError("Redis was not asked: its connection is closed");
    const redis = entry.client();
    if (!looked) {
      looked = true;
      entry.warnings.look(redis, prefix);
    }
    return redis;
  };
  return {
    client,
    clustered: "client" in source ? source.client.isCluster : source.address.kind === "cluster",
    async run<Value>(what: string, command: (client: RedisClient, untilMs: () => number) => Promise<Value>) {
      const redis = client();
      const askedMs = performance.now();
      let answered = false;
      const ask = (untilMs: () => number): Promise<Value> =>
        explained(
          redis,
          connected(redis).then((ready) => command(ready, untilMs)),
        ).finally(() => (answered = true));
      try {
        return await bounded(ask, commandTimeoutMs, what, isReady(redis) ? "one" : "several", place);
      } finally {
        if (answered) noteAnswer(redis);
        else if (!("client" in source)) noteSilence(redis, askedMs);
      }
    },
    listen(channel, listener) {
      if (released) return () => {};
      const stop = entry.subscriptions.listen(channel, listener, (error) => {
        const missing = missingForListening(error, prefix);
        if (missing !== undefined) entry.warnings.tell(rightsMessage([missing]));
      });
      stops.add(stop);
      return () => {
        stops.delete(stop);
        stop();
      };
    },
    release() {
      if (released) return;
      released = true;
      for (const stop of stops) stop();
      entry.users -= 1;
      if (entry.users === 0) entry.close();
    },
  };
}

function entryOfClient(client: RedisClient): Entry {
  const held = byClient.get(client);
  if (held !== undefined) return held;
  const subscriptions = createSubscriptions(() => client);
  const warnings = createStoreWarnings();
  const entry: Entry = {
    client: () => client,
    subscriptions,
    warnings,
    users: 0,
    close() {
      byClient.delete(client);
      warnings.stop();
      subscriptions.close();
    },
  };
  byClient.set(client, entry);
  return entry;
}

function entryOfTarget(target: RedisTarget, commandTimeoutMs: number): Entry {
  const key = keyOf(target, commandTimeoutMs);
  const held = byTarget.get(key);
  if (held !== undefined) return held;
  let opened: RedisClient | undefined;
  const warnings = createStoreWarnings();
  const open = (): RedisClient => {
    opened = openClient(target, commandTimeoutMs);
    warnOfDatabase(opened, `Redis at ${placeOf(target.address)}`, warnings);
    return opened;
  };
  const client = (): RedisClient => opened ?? open();
  const subscriptions = createSubscriptions(client);
  const entry: Entry = {
    client,
    subscriptions,
    warnings,
    users: 0,
    close() {
      byTarget.delete(key);
      warnings.stop();
      subscriptions.close();
      if (opened !== undefined) closeClient(opened);
    },
  };
  byTarget.set(key, entry);
  return entry;
}

/** The first connection's refusal is what failed calls name. Later ones come when these have said something else of the outage. */
function warnOfDatabase(client: RedisClient, redis: string, { tell }: StoreWarnings): void {
  let later = false;
  client.on("ready", () => (later = true));
  client.on("error", (error: unknown) => {
    if (!(error instanceof DatabaseRefusedError)) later = true;
    else if (later) tell(`${redis} ${error.message}`);
  });
}

/** What can be compared; functions that give passwords and certificates are the same when they are the very same object. */
function keyOf(target: RedisTarget, commandTimeoutMs: number): string {
  const { url, username, password, tls, sentinelPassword } = target;
  const own = [typeof password === "function" ? numberOf(password) : password, tls && numberOf(tls)];
  return JSON.stringify([url, username, typeof password, ...own, sentinelPassword, commandTimeoutMs]);
}

const numbers = new WeakMap<object, number>();
let lastNumber = 0;

function numberOf(thing: object): number {
  const known = numbers.get(thing);
  if (known !== undefined) return known;
  lastNumber += 1;
  numbers.set(thing, lastNumber);
  return lastNumber;
}
