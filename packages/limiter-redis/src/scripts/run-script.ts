import type { RedisClient } from "../connection/client.js";

/** A generated script. */
export interface Script {
  readonly name: string;
  readonly source: string;
  readonly sha1: string;
}

/** Runs a script by its hash; a server that does not know it (restarted, flushed) gets the text once. */
export async function runScript(
  client: RedisClient,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
): Promise<readonly unknown[]> {
  try {
    return (await client.evalsha(script.sha1, keys.length, ...keys, ...args)) as unknown[];
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    return (await client.eval(script.source, keys.length, ...keys, ...args)) as unknown[];
  }
}
