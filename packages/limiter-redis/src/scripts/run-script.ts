import type { RedisClient } from "../connection/client.js";

/** A generated script. */
export interface Script {
  readonly name: string;
  readonly source: string;
  readonly sha1: string;
}

/** Runs a script by its hash; a server that does not know it (restarted, flushed) gets the text once. */
export function runScript<Reply = readonly unknown[]>(
  client: RedisClient,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
): Promise<Reply> {
  return (client.evalsha(script.sha1, keys.length, ...keys, ...args) as Promise<Reply>).catch((error: unknown) => {
    if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    return client.eval(script.source, keys.length, ...keys, ...args) as Promise<Reply>;
  });
}
