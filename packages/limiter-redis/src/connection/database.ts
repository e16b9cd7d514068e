import type { Redis } from "ioredis";

/** The database that the URL names cannot be used. Its message is of our own words alone, and may be shown. */
export class DatabaseRefusedError extends Error {
  constructor(db: number, said: string) {
    super(refusalOf(db, said));
    this.name = "DatabaseRefusedError";
  }
}

const insisting = new WeakSet<object>();

/**
 * Makes a connection whose database was refused one that failed, as one whose login was refused. The client by itself only tells of it
 * and goes on in database 0, which is somebody else's. To be called before the client connects.
 */
export function insistOnDatabase(client: Redis): Redis {
  const { db } = client.options;
  if (db === undefined || db === 0) return client;
  insisting.add(client);
  const tell = client.silentEmit.bind(client);
  // Told within the handshake, after it has seen that the login is right: what is thrown there ends the connection before it is ready.
  client.silentEmit = (event, told) => {
    if (event === "error" && isOfSelect(told)) throw reasonOf(db, told.message);
    return tell(event, told);
  };
  return client;
}

/** Whether it is a client that is never in another database; those of users are theirs. */
export function insistsOnDatabase(client: object): boolean {
  return insisting.has(client);
}

function isOfSelect(told: unknown): told is Error {
  return told instanceof Error && (told as { command?: { name?: unknown } }).command?.name === "select";
}

/** Never the client's own error, which would be taken for another refusal when it is told of. */
function reasonOf(db: number, said: string): Error {
  return said.startsWith("NOAUTH") ? new Error("NOAUTH ") : new DatabaseRefusedError(db, said);
}

function refusalOf(db: number, said: string): string {
  if (/cluster mode/i.test(said)) return `has no database ${db}: it belongs to a cluster, which has no database but 0`;
  if (/DB index/i.test(said))
    return `has no database ${db}: name another database in the URL, or raise "databases" in the server's settings`;
  const word = /^[A-Z]{2,}\b/.exec(said)?.[0] ?? "ERR";
  return word === "NOPERM"
    ? `refused database ${db}: NOPERM: grant the user +select, or name no database in the URL`
    : `refused database ${db}: ${word}: name no database in the URL where the server knows none`;
}

/** The refusal of a database in an error's text: what it is, and what to do about it. */
export function databaseRefusalIn(text: string): { readonly found: string; readonly advice: string } | undefined {
  const [, found, advice] = /\b((?:refused database \d+: [A-Z]+|has no database \d+)): (.+)$/.exec(text) ?? [];
  return found === undefined || advice === undefined
    ? undefined
    : { found, advice: advice.charAt(0).toUpperCase() + advice.slice(1) };
}
