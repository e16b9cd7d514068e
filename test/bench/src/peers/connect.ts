import { Redis } from "ioredis";

/** A client with the settings that ioredis comes with, as an application would open it. */
export function connect(url: string): Redis {
  const client = new Redis(url);
  // Without a listener the first lost connection would end the process; failures show in the commands.
  client.on("error", () => {});
  return client;
}
