import type { Redis } from "ioredis";

/** What a script call takes at least, and by itself. */
export interface BareCommand {
  /** As many keys and arguments, an answer of the same size, and a script that does nothing. */
  run(): Promise<unknown>;
  /** The same call of the same script, without the library around it. */
  runScript(): Promise<unknown>;
}

/**
 * Watches one call of `act` on the client and makes a bare command of the script call it sends last: the least that a decision of
 * the same size can take on this client.
 */
export async function bareCommandLike(client: Redis, act: () => Promise<unknown>): Promise<BareCommand> {
  const words = await lastScriptCall(client, act);
  const [script = "", keyCount = "", ...rest] = words.map(String);
  // The first argument behind the keys is the deadline, after which the script would do nothing; 0 is none.
  rest[Number(keyCount)] = "0";
  const reply = await client.evalsha(script, keyCount, ...rest);
  const sha = String(await client.script("LOAD", `return ${luaOf(reply)}`));
  return {
    run: () => client.evalsha(sha, keyCount, ...rest),
    runScript: () => client.evalsha(script, keyCount, ...rest),
  };
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
