import { Redis, type RedisOptions } from "ioredis";
import type { RedisClient } from "./client.js";

/** How clients behind Sentinels are to look for their primary. */
export interface SentinelManners {
  /** What is done with each client that asks a Sentinel or listens to one. */
  readonly own: (client: Redis) => void;
  /** Until a Sentinel that does not say good-bye is left without. Unit: milliseconds. */
  readonly disconnectTimeout: number;
  /** Until the next search, by the number of those that failed in a row. Unit: milliseconds. */
  readonly backOff: (times: number) => number;
}

/**
 * Makes a client behind Sentinels find the primary again whatever happens meanwhile, without keeping the process alive. By itself it
 * would search in a loop that holds the process, and end for good when news of the failover come during the search.
 */
export function searchCalmly(client: RedisClient, { own, disconnectTimeout, backOff }: SentinelManners): void {
  if (!(client instanceof Redis)) return;
  const connector = connectorOf(client);
  const ask = connector.connectToSentinel;
  if (ask === undefined) return;
  connector.connectToSentinel = (endpoint, options) => {
    const asking = ask.call(connector, endpoint, { disconnectTimeout, ...options });
    own(asking);
    return asking;
  };
  // Who watched for the old connection would break off the search for the new one.
  client.on("close", () => {
    connector.failoverDetector?.cleanup();
    for (const { client: watcher } of connector.failoverDetector?.sentinels ?? []) watcher.stream?.destroy();
  });
  let failed = 0;
  client.on("ready", () => (failed = 0));
  client.on("end", () => {
    if (closed.has(client)) return;
    failed += 1;
    setTimeout(() => {
      if (!closed.has(client) && client.status === "end") client.connect().catch(() => {});
    }, backOff(failed)).unref();
  });
}

const closed = new WeakSet<RedisClient>();

/** Ends a client of ours for good. */
export function closeClient(client: RedisClient): void {
  closed.add(client);
  client.disconnect();
}

/** What the client looks for its primary with; its own and not among its types. */
interface Connector {
  connectToSentinel?: (endpoint: unknown, options?: Partial<RedisOptions>) => Redis;
  readonly failoverDetector?: { readonly sentinels: readonly { readonly client: Redis }[]; cleanup(): void } | null;
}

function connectorOf(client: Redis): Connector {
  return Object(Reflect.get(client, "connector")) as Connector;
}
