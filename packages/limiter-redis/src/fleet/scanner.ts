import { Cluster, type Redis } from "ioredis";
import type { RedisClient } from "../connection/client.js";
import { breakerOfKey, partsOfKey, processOfKey } from "./key-parts.js";

/** What is in use, by the last complete scan and the one under way. */
export interface Scan {
  /** Keys. */
  readonly buckets: readonly string[];
  readonly breakers: readonly string[];
  /** Names of processes that told of themselves. */
  readonly processes: readonly string[];
  readonly complete: boolean;
}

/** Goes through all keys, a few steps at a time. */
export interface Scanner {
  go(steps: number): Promise<Scan>;
}

/** How a command is run, as by a shared connection. */
export type Run = <Value>(what: string, command: (client: RedisClient) => Promise<Value>) => Promise<Value>;

/** Keys looked at in a step. */
const STEP = 500;
/** Most keys remembered. */
const MOST = 20_000;

/** @param scope - only buckets of this scope. @defaultValue all, and the breakers */
export function createScanner(run: Run, prefix: string, scope?: string): Scanner {
  const pattern = `${prefix}:{${scope === undefined ? "*" : escapeGlob(scope)}}:*`;
  let before = new Set<string>();
  let found = new Set<string>();
  let complete = false;
  /** Where each server's scan stands; servers of a cluster come one after the other. */
  let at = { node: 0, cursor: "0" };

  const step = async (client: RedisClient): Promise<boolean> => {
    const nodes: readonly Redis[] = client instanceof Cluster ? client.nodes("master") : [client as Redis];
    const node = nodes[at.node];
    if (node === undefined) return finish();
    const [cursor, keys] = await node.scan(at.cursor, "MATCH", pattern, "COUNT", STEP);
    for (const key of keys) if (found.size < MOST && isOurs(key)) found.add(key);
    at = cursor === "0" ? { node: at.node + 1, cursor } : { node: at.node, cursor };
    return at.node >= nodes.length ? finish() : false;
  };
  const finish = (): true => {
    before = found;
    found = new Set();
    complete = true;
    at = { node: 0, cursor: "0" };
    return true;
  };
  return {
    async go(steps) {
      for (let done = 0; done < steps; done += 1) if (await run("a search for keys", step)) break;
      const all = [...new Set([...before, ...found])];
      return {
        buckets: all.filter((key) => partsOfKey(key) !== undefined),
        breakers: all.filter((key) => breakerOfKey(key) !== undefined),
        processes: all.flatMap((key) => processOfKey(key) ?? []),
        complete,
      };
    },
  };
}

function isOurs(key: string): boolean {
  const parts = partsOfKey(key);
  if (parts !== undefined) return parts.kind !== "x";
  return breakerOfKey(key) !== undefined || processOfKey(key) !== undefined;
}

function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\^-]/g, String.raw`\$&`);
}
