import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "./ask.js";
import type { RedisServer } from "./redis-server.js";
import { startRedisServer } from "./start-redis-server.js";

/** What a cluster is made of. */
export interface RedisClusterOptions {
  /** @defaultValue 3 */
  readonly primaries?: number;
  /** Of each primary. @defaultValue 0 */
  readonly replicas?: number;
  /** More arguments for each node. */
  readonly args?: readonly string[];
}

/** A real cluster of one's own, on free ports of 127.0.0.1. */
export interface RedisCluster extends AsyncDisposable {
  /** `redis+cluster://127.0.0.1:port,…` */
  readonly url: string;
  /** In the order of their slots, which they share evenly. */
  readonly primaries: readonly RedisServer[];
  /** The replicas of the primary with the same index. */
  readonly replicas: readonly (readonly RedisServer[])[];
  stop(): Promise<void>;
}

const SLOTS = 16_384;
const DEADLINE_MS = 20_000;
const POLL_MS = 20;
const nodeArgs =
  "--cluster-enabled yes --cluster-config-file nodes.conf --cluster-node-timeout 1000 --repl-diskless-sync-delay 0".split(
    " ",
  );

/** Starts the nodes, shares the slots among the primaries, and waits until every node says that all is well. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { primaries: many = 3, replicas: each = 0, args = [] } = options;
  const nodes = await Promise.all(
    Array.from({ length: many * (1 + each) }, () => startRedisServer({ args: [...nodeArgs, ...args] })),
  );
  const stop = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.stop())));
  const primaries = nodes.slice(0, many);
  const replicas = primaries.map((_, index) => nodes.slice(many + index * each, many + (index + 1) * each));
  try {
    for (const [index, node] of nodes.entries()) await say(node, "CLUSTER", "SET-CONFIG-EPOCH", String(index + 1));
    for (const [index, node] of primaries.entries()) {
      const [from, to] = [Math.round((SLOTS * index) / many), Math.round((SLOTS * (index + 1)) / many) - 1];
      await say(node, "CLUSTER", "ADDSLOTSRANGE", String(from), String(to));
    }
    const [first] = nodes;
    for (const node of nodes.slice(1))
      if (first !== undefined) await say(first, "CLUSTER", "MEET", "127.0.0.1", String(node.port));
    await until("every node knows all others", nodes, "CLUSTER INFO", `cluster_known_nodes:${nodes.length}\r`);
    for (const [index, primary] of primaries.entries()) {
      const id = (await say(primary, "CLUSTER", "MYID")).split("\r\n")[1] ?? "";
      for (const replica of replicas[index] ?? []) await replicate(replica, id);
    }
    await until("every node says that the cluster is well", nodes, "CLUSTER INFO", "cluster_state:ok\r");
    await until("every replica follows", replicas.flat(), "INFO replication", "master_link_status:up\r");
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}`,
    primaries,
    replicas,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** A node cannot follow one that it has not heard of yet. */
async function replicate(node: RedisServer, id: string): Promise<void> {
  const deadlineMs = Date.now() + DEADLINE_MS;
  for (;;) {
    try {
      await say(node, "CLUSTER", "REPLICATE", id);
      return;
    } catch (error) {
      if (Date.now() > deadlineMs) throw error;
      await sleep(POLL_MS);
    }
  }
}

async function until(what: string, nodes: readonly RedisServer[], command: string, sign: string): Promise<void> {
  const deadlineMs = Date.now() + DEADLINE_MS;
  for (const node of nodes) {
    for (;;) {
      const text = await say(node, ...command.split(" "));
      if (text.includes(sign)) break;
      if (Date.now() > deadlineMs) throw new Error(`not within ${DEADLINE_MS} ms: ${what}; the last word was ${text}`);
      await sleep(POLL_MS);
    }
  }
}

/** One command to one server; its reply as bytes. */
export async function say({ port }: Pick<RedisServer, "port">, ...words: readonly string[]): Promise<string> {
  const reply = await ask(port, [words], isWhole, 5000);
  if (reply.startsWith("-")) throw new Error(`${words.join(" ")}: ${reply.trim()}`);
  return reply;
}

/** One line, or a text whose length is said first. */
function isWhole(reply: string): boolean {
  const end = reply.indexOf("\r\n");
  if (end === -1) return false;
  const length = reply.startsWith("$") ? Number(reply.slice(1, end)) : undefined;
  return length === undefined || length < 0 || Buffer.byteLength(reply) >= end + 4 + length;
}
