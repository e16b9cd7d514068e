import slotOf from "cluster-key-slot";
import { Cluster, type Redis } from "ioredis";
import { bounded } from "../connection/bounded.js";
import { openClient, type RedisClient } from "../connection/client.js";
import { connected, isReady } from "../connection/connected.js";
import type { RedisSource } from "../connection/options.js";
import { explained } from "../connection/refused-login.js";
import { closeClient } from "../connection/sentinels.js";
import { outliveErrors } from "../connection/stream-errors.js";
import type { ConfirmOptions } from "./options.js";

/** A connection of one's own, for waiting: a wait for replicas holds up whatever comes after it on the same connection. */
export interface Confirming {
  /** @param command - told until when it may take, but for the wait. */
  run<Value>(what: string, command: (client: RedisClient, untilMs: () => number) => Promise<Value>): Promise<Value>;
  close(): void;
}

/** What the way there and back may add to a wait. Unit: milliseconds. */
const GRACE_MS = 250;

/** Opened with the first change. */
export function createConfirming(
  source: RedisSource,
  commandTimeoutMs: number,
  { withinMs }: ConfirmOptions,
): Confirming {
  const timeoutMs = commandTimeoutMs + withinMs + 2 * GRACE_MS;
  let opened: RedisClient | undefined;
  const client = (): RedisClient => (opened ??= openAnother(source, timeoutMs));
  return {
    run(what, command) {
      const redis = client();
      return bounded(
        (untilMs) =>
          explained(
            redis,
            connected(redis).then((ready) => command(ready, () => untilMs() - (timeoutMs - commandTimeoutMs))),
          ),
        timeoutMs,
        what,
        isReady(redis) ? "one" : "several",
      );
    },
    close() {
      if (opened !== undefined) closeClient(opened);
    },
  };
}

/** Whether enough replicas have what this connection wrote last under the key. */
export async function isConfirmed(
  client: RedisClient,
  key: string,
  { replicas, withinMs }: ConfirmOptions,
): Promise<boolean> {
  const nodes = client instanceof Cluster ? nodesOf(client, key) : [client as Redis];
  const asked = Promise.all(nodes.map((node) => node.wait(replicas, withinMs)));
  // Who cannot be asked has not confirmed it, and no more: the change is made.
  const counts = await bounded(() => asked, withinMs + GRACE_MS, "a wait for replicas").catch(() => []);
  return counts.length > 0 && Math.min(...counts) >= replicas;
}

/** The primary that has the key; where the client's map does not name it, all of them. */
function nodesOf(cluster: Cluster, key: string): readonly Redis[] {
  const primaries = cluster.nodes("master");
  const map = Reflect.get(cluster, "slots") as readonly (readonly string[] | undefined)[] | undefined;
  const place = map?.[slotOf(key)]?.[0];
  const owner = primaries.find(({ options }) => `${options.host}:${options.port}` === place);
  return owner === undefined ? primaries : [owner];
}

function openAnother(source: RedisSource, timeoutMs: number): RedisClient {
  if (!("client" in source)) return openClient(source, timeoutMs);
  const { client } = source;
  const copy =
    client instanceof Cluster
      ? client.duplicate([], { lazyConnect: true })
      : (client as Redis).duplicate({ lazyConnect: true });
  outliveErrors(copy);
  return copy;
}
