import { Redis, type RedisOptions } from "ioredis";

/** A client with the settings that ioredis comes with, as an application would open it, or with those that a library asks for. */
export function connect(url: string, options: Omit<RedisOptions, "replyMapping"> = {}): Redis {
  const client = new Redis(url, options);
  // Without a listener the first lost connection would end the process; failures show in the commands.
  client.on("error", () => {});
  return client;
}
