import type { RedisClient } from "./client.js";

/** Why a server last refused the login, by client: the commands only learn that there is no connection. */
const refusals = new WeakMap<RedisClient, string>();
const refusal = /^(NOAUTH|WRONGPASS|NOPERM)\b/;

/** Notes refused logins of a client, and forgets them when it is ready. */
export function watchLogin(client: RedisClient): void {
  client.on("error", (error: unknown) => {
    const word = error instanceof Error ? refusal.exec(error.message)?.[1] : undefined;
    if (word !== undefined) refusals.set(client, word);
  });
  client.on("ready", () => refusals.delete(client));
}

/** The promise, whose failure says that the login was refused where that is why. */
export async function explained<Value>(client: RedisClient, promise: Promise<Value>): Promise<Value> {
  try {
    return await promise;
  } catch (error) {
    const word = refusals.get(client);
    throw word === undefined ? error : new Error(`${word} `);
  }
}
