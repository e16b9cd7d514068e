import type { RedisClient } from "./client.js";
import { DatabaseRefusedError } from "./database.js";

/** Why a client last could not connect: the commands only learn that there is no connection. */
const reasons = new WeakMap<RedisClient, Error>();
const refusal = /^(NOAUTH|WRONGPASS|NOPERM)\b/;
const systemCode = /^[A-Z][A-Z\d_]{2,63}$/;

/** Notes why a client does not connect (refused logins and databases, certificates, the network), and forgets it when it is ready. */
export function watchLogin(client: RedisClient): void {
  client.on("error", (error: unknown) => {
    const reason = error instanceof Error ? reasonOf(error) : undefined;
    if (reason !== undefined) reasons.set(client, reason);
  });
  client.on("ready", () => reasons.delete(client));
}

/** Without what else the error holds: the command that failed, and its password. */
function reasonOf(error: Error): Error | undefined {
  if (error instanceof DatabaseRefusedError) return error;
  const word = refusal.exec(error.message)?.[1];
  if (word !== undefined) return new Error(`${word} `);
  const { code } = error as { code?: unknown };
  return typeof code === "string" && systemCode.test(code) ? Object.assign(new Error(code), { code }) : undefined;
}

/** The promise, whose failure says why there is no connection where that is known. */
export async function explained<Value>(client: RedisClient, promise: Promise<Value>): Promise<Value> {
  try {
    return await promise;
  } catch (error) {
    throw reasons.get(client) ?? error;
  }
}
