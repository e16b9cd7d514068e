import { Cluster } from "ioredis";
import { rights } from "../generated/scripts.js";
import type { RedisClient } from "./client.js";
import { databaseRefusalIn } from "./database.js";

/** Which user the rights are for. */
export interface RedisRightsOptions {
  /** @defaultValue `"sluice"` */
  readonly prefix?: string;
  /** Whether the Redis is a cluster. @defaultValue false */
  readonly cluster?: boolean;
  /** Whether it also keeps policies and their audit. @defaultValue false */
  readonly control?: boolean;
  /** Whether it also watches the fleet, as `redisFleet` does. @defaultValue false */
  readonly fleet?: boolean;
  /** Number of the database that the URL names, which has to be selected unless it is 0. @defaultValue 0 */
  readonly database?: number;
}

/** Commands that are sent by themselves. */
const direct = ["eval", "evalsha", "set", "info", "subscribe", "unsubscribe"];
/** Asked of a cluster for its map. */
const ofClusters = ["cluster|slots", "cluster|info", "asking"];
/** Of the scripts for policies, overrides, switches and their audit; `wait` where changes are confirmed by replicas. */
const ofControl = ["hdel", "hgetall", "hmget", "hset", "wait", "xadd", "xlen", "xrange", "xrevrange", "xtrim"];

/**
 * What a user of Redis must be allowed, as rules for `ACL SETUSER`; nothing else is needed. Enough for stores, breaker stores, locks and
 * states of custom limits; with `control` also for control stores.
 */
export function redisRights({
  prefix = "sluice",
  cluster = false,
  control = false,
  fleet = false,
  database = 0,
}: RedisRightsOptions = {}): readonly string[] {
  const inScripts = scripted("", "").map((command) => command.split(" ", 1)[0] ?? "");
  const commands = new Set([
    ...direct,
    ...inScripts,
    ...(cluster ? ofClusters : []),
    ...(control ? ofControl : []),
    ...(fleet ? ["scan"] : []),
    ...(database === 0 ? [] : ["select"]),
  ]);
  return [`~${prefix}:*`, `&${prefix}:*`, ...[...commands].toSorted().map((command) => `+${command}`)];
}

/** Every command that our scripts run, in a form that leaves nothing behind. */
function scripted(key: string, channel: string): readonly string[] {
  return [
    "time",
    `set ${key} 1 PX 1000`,
    `get ${key}`,
    `type ${key}`,
    `exists ${key}`,
    `pttl ${key}`,
    `pexpire ${key} 1000`,
    `publish ${channel} -`,
    `del ${key}`,
    `zadd ${key} 1 a`,
    `zcard ${key}`,
    `zcount ${key} 0 1`,
    `zscore ${key} a`,
    `zrevrangebyscore ${key} 1 0`,
    `zrangebyscore ${key} 0 1`,
    `zrem ${key} a`,
    `zremrangebyscore ${key} 0 1`,
    `del ${key}`,
  ];
}

/** The same of control stores. `wait` is asked only where changes are confirmed by replicas, and shows there. */
function scriptedForControl(key: string): readonly string[] {
  return [
    `hset ${key} a 1`,
    `hgetall ${key}`,
    `hmget ${key} a`,
    `hdel ${key} a`,
    `del ${key}`,
    `xadd ${key} * a 1`,
    `xlen ${key}`,
    `xrange ${key} - + COUNT 1`,
    `xrevrange ${key} + - COUNT 1`,
    `xtrim ${key} MAXLEN 0`,
    `del ${key}`,
  ];
}

/**
 * Tries everything but listening, which shows where it begins.
 *
 * @param control - tries what control stores need in place of what all others do.
 * @returns rules for `ACL SETUSER` that the user lacks. @throws what the client throws when Redis does not answer.
 */
export async function missingRights(client: RedisClient, prefix: string, control = false): Promise<readonly string[]> {
  const key = `${prefix}:{rights}:trial`;
  const commands = control ? scriptedForControl(key) : scripted(key, `${prefix}:{rights}:news`);
  const missing = new Set<string>();
  const tried = async (command: string, run: () => Promise<unknown>): Promise<unknown> => {
    try {
      return await run();
    } catch (error) {
      const said = error instanceof Error ? error.message : "";
      if (!answered.test(said)) throw error;
      note(missing, prefix, command, said);
      return undefined;
    }
  };
  // No write but within a script: a replica's refusal of one sent by itself would have the client leave in the middle of a call.
  const [said] = await Promise.all([
    tried("eval", () => client.eval(rights.source, 1, key, ...commands)),
    tried("evalsha", () => client.evalsha("0".repeat(40), 1, key)),
    tried("info", () => infoOf(client)),
  ]);
  for (const [index, words] of (Array.isArray(said) ? said : []).entries())
    note(missing, prefix, commands[index]?.split(" ", 1)[0] ?? "", String(words));
  return [...missing];
}

/** Says what is wrong and how it is put right. */
export function rightsMessage(missing: readonly string[]): string {
  return `The user of Redis lacks rights, without which some of our commands fail: ${missing.join(" ")}. Give them by ACL SETUSER`;
}

/** Whether a failure says that the user may not do what was asked; without its database nothing is asked at all. */
export function isLackOfRights(error: unknown): error is Error {
  return error instanceof Error && /\bNOPERM\b/.test(error.message) && databaseRefusalIn(error.message) === undefined;
}

/** The rule that a refused listener lacks; undefined when it failed for another reason. */
export function missingForListening(error: unknown, prefix: string): string | undefined {
  const missing = new Set<string>();
  note(missing, prefix, "subscribe", error instanceof Error ? error.message : "");
  return [...missing][0];
}

/** Commands of a cluster go to any node. */
export function infoOf(client: RedisClient): Promise<readonly string[]> {
  const nodes = client instanceof Cluster ? client.nodes("master") : [client];
  return Promise.all(nodes.map((node) => node.info("memory")));
}

/** Answers of a server, unlike the client's own failures, begin with a word in capitals. */
const answered = /^[A-Z]{2,} /;
const refused = /^NOPERM|user executing the script|^ACL failure in script/i;

function note(missing: Set<string>, prefix: string, command: string, said: string): void {
  if (!refused.test(said)) return;
  if (/\bkeys?\b/i.test(said)) missing.add(`~${prefix}:*`);
  else if (/\bchannels?\b/i.test(said)) missing.add(`&${prefix}:*`);
  else missing.add(`+${command}`);
}
