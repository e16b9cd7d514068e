import { Cluster } from "ioredis";
import type { RedisClient } from "./client.js";

/** Asks for the password whenever the client connects; passwords that never change need nothing. */
export function askForPassword<Client extends RedisClient>(
  client: Client,
  password: string | (() => string | Promise<string>) | undefined,
): Client {
  if (typeof password !== "function") return client;
  const connect = client.connect.bind(client) as () => Promise<void>;
  const options = client instanceof Cluster ? (client.options.redisOptions ??= {}) : client.options;
  Reflect.set(client, "connect", async () => {
    options.password = await password();
    return connect();
  });
  return client;
}
