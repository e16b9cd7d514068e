import type { RedisClient } from "./client.js";

const underWay = new WeakMap<RedisClient, Promise<void>>();

/**
 * Waits for a connection that is on its way, once for all who ask; a deadline outside bounds it. A client that is not connecting is
 * given back as it is, and its command says what is wrong.
 */
export async function connected(client: RedisClient): Promise<RedisClient> {
  if (client.status === "ready") return client;
  let connection = underWay.get(client);
  if (connection === undefined) {
    if (client.status !== "wait" && client.status !== "connecting" && client.status !== "connect") return client;
    connection = (client.status === "wait" ? client.connect() : ready(client)).finally(() => underWay.delete(client));
    underWay.set(client, connection);
  }
  await connection;
  return client;
}

function ready(client: RedisClient): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      client.off("ready", onReady);
      client.off("close", onClose);
    };
    const onReady = (): void => (settle(), resolve());
    const onClose = (): void => (settle(), reject(new Error("Connection is closed.")));
    client.on("ready", onReady);
    client.on("close", onClose);
  });
}
