import type { Redis } from "ioredis";

/** A script call with as many keys and arguments as another, and an answer of the same size, that does nothing. */
export interface BareCommand {
  run(): Promise<unknown>;
}

/**
 * Watches one call of `act` on the client and makes a bare command of the script call it sends last: the least that a decision of
 * the same size can take on this client.
 */
export async function bareCommandLike(client: Redis, act: () => Promise<unknown>): Promise<BareCommand> {
  const words = await lastScriptCall(client, act);
  const [script, keyCount, ...rest] = words;
  const reply = await client.evalsha(String(script), String(keyCount), ...rest.map(String));
  const sha = String(await client.script("LOAD", `return ${luaOf(reply)}`));
  return { run: () => client.evalsha(sha, String(keyCount), ...rest.map(String)) };
}

async function lastScriptCall(client: Redis, act: () => Promise<unknown>): Promise<readonly unknown[]> {
  const { sendCommand } = client;
  let words: readonly unknown[] | undefined;
  client.sendCommand = (command, stream) => {
    if (command.name === "evalsha") words = command.args;
    return sendCommand.call(client, command, stream);
  };
  await act();
  client.sendCommand = sendCommand;
  if (words === undefined) throw new Error("no script was called");
  return words;
}

/** A constant of Lua that Redis turns into the same reply. */
function luaOf(reply: unknown): string {
  if (Array.isArray(reply)) return `{${reply.map(luaOf).join(",")}}`;
  if (typeof reply === "number") return String(reply);
  if (typeof reply === "string") return JSON.stringify(reply);
  return "false";
}
