import type { RedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";

/** A node of a cluster, with a connection of the test's own. */
export interface Node {
  readonly redis: Redis;
  readonly id: string;
  readonly port: number;
}

export async function nodeOf({ port }: RedisServer): Promise<Node> {
  const redis = new Redis(port, "127.0.0.1");
  return { redis, port, id: String(await redis.call("CLUSTER", "MYID")) };
}

/** A slot that moves from the first node to the second one, step by step. */
export class Slot {
  readonly #from: Node;
  readonly #to: Node;

  constructor(
    readonly number: number,
    readonly nodes: readonly Node[],
  ) {
    const [from, to] = nodes;
    if (from === undefined || to === undefined) throw new Error("it takes two nodes");
    this.#from = from;
    this.#to = to;
  }

  /** From now on, keys that the first node does not have are the second one's. */
  async open(): Promise<void> {
    await this.#set(this.#to, "IMPORTING", this.#from.id);
    await this.#set(this.#from, "MIGRATING", this.#to.id);
  }

  /** Moves these keys, or all. */
  async moveKeys(which: (key: string) => boolean = () => true): Promise<void> {
    await this.#migrate(this.#from, this.#to, which);
  }

  async moveBack(which: (key: string) => boolean): Promise<void> {
    await this.#migrate(this.#to, this.#from, which);
  }

  /** It is the second node's now, and everybody knows. */
  async close(): Promise<void> {
    await this.#set(this.#to, "NODE", this.#to.id);
    await Promise.all(
      this.nodes.filter((node) => node !== this.#to).map((node) => this.#set(node, "NODE", this.#to.id)),
    );
  }

  async #set({ redis }: Node, what: string, id: string): Promise<void> {
    await redis.call("CLUSTER", "SETSLOT", String(this.number), what, id);
  }

  async #migrate(from: Node, to: Node, which: (key: string) => boolean): Promise<void> {
    for (;;) {
      const all = (await from.redis.call("CLUSTER", "GETKEYSINSLOT", String(this.number), "1000")) as string[];
      const keys = all.filter(which);
      if (keys.length === 0) return;
      await from.redis.call("MIGRATE", "127.0.0.1", String(to.port), "", "0", "5000", "KEYS", ...keys);
    }
  }
}
