import { Cluster } from "ioredis";
import type { RedisClient } from "./client.js";
import { type Deadline, deadlinesOf } from "./deadlines.js";

const underWay = new WeakMap<RedisClient, Promise<void>>();

/**
 * Waits for a connection that is on its way, once for all who ask; a deadline outside bounds it. A client that is not connecting is
 * given back as it is, and its command says what is wrong.
 */
export async function connected(client: RedisClient): Promise<RedisClient> {
  if (isReady(client)) return client;
  let connection = underWay.get(client);
  if (connection === undefined) {
    if (client.status !== "wait" && client.status !== "connecting" && client.status !== "connect") return client;
    connection = (client.status === "wait" ? client.connect() : ready(client))
      .then(() => (client instanceof Cluster ? nodesReady(client) : undefined))
      .finally(() => underWay.delete(client));
    underWay.set(client, connection);
  }
  await connection;
  return client;
}

/** Whether commands may be sent at once. */
export function isReady(client: RedisClient): boolean {
  return client.status === "ready" && !underWay.has(client);
}

/** Longest wait for single nodes: one that is away must not hold up the others. Unit: milliseconds. */
const NODES_MS = 150;

/** A cluster is ready with its first node, and refuses commands for those that are still connecting. */
async function nodesReady(cluster: Cluster): Promise<void> {
  const nodes = cluster.nodes("master").map(async (node) => {
    if (node.status === "wait") await node.connect();
    else if (node.status !== "ready") await ready(node);
  });
  let deadline: Deadline | undefined;
  const enough = new Promise<void>((resolve) => (deadline = deadlinesOf(NODES_MS, "several").start(resolve)));
  await Promise.race([Promise.allSettled(nodes), enough]);
  deadline?.end();
}

function ready(client: RedisClient): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      client.off("ready", onReady);
      client.off("close", onClose);
      client.off("end", onClose);
    };
    const onReady = (): void => (settle(), resolve());
    const onClose = (): void => (settle(), reject(new Error("Connection is closed.")));
    client.on("ready", onReady);
    client.on("close", onClose);
    // Without a "close" where no connection was made.
    client.on("end", onClose);
  });
}
