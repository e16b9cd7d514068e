import { setTimeout as sleep } from "node:timers/promises";
import type { RedisServer, RedisServerOptions } from "./redis-server.js";
import { say } from "./start-redis-cluster.js";
import { startRedisServer } from "./start-redis-server.js";

/** What a set is made of. */
export interface RedisSentinelsOptions {
  /** @defaultValue 2 */
  readonly replicas?: number;
  /** @defaultValue 3 */
  readonly sentinels?: number;
  /** More for the primary and its replicas. */
  readonly server?: RedisServerOptions;
}

/** A primary with replicas and the Sentinels that watch over them, on free ports of 127.0.0.1. */
export interface RedisSentinels extends AsyncDisposable {
  /** `redis+sentinel://127.0.0.1:port,…/main` */
  readonly url: string;
  /** What the Sentinels call the set. */
  readonly name: string;
  /** The primary at first, then its replicas. */
  readonly servers: readonly RedisServer[];
  readonly sentinels: readonly RedisServer[];
  /** The server that the Sentinels hold for the primary now. */
  primary(): Promise<RedisServer>;
  stop(): Promise<void>;
}

const NAME = "main";
const DOWN_AFTER_MS = 500;
/** A primary waits five seconds for more replicas otherwise. */
const COPY_AT_ONCE = ["--repl-diskless-sync-delay", "0"];
const DEADLINE_MS = 20_000;
const POLL_MS = 20;

/**
 * Starts them all, and waits until every replica holds what the primary holds and every Sentinel knows replicas and
 * colleagues. A replica whose first copy is cut short by the end of its primary may never be chosen.
 */
export async function startRedisSentinels(options: RedisSentinelsOptions = {}): Promise<RedisSentinels> {
  const { replicas = 2, sentinels: many = 3, server = {} } = options;
  const own = { ...server, args: [...(server.args ?? []), ...COPY_AT_ONCE] };
  const first = await startRedisServer(own);
  const following = ["--replicaof", "127.0.0.1", String(first.port)];
  const rest = await Promise.all(
    Array.from({ length: replicas }, () => startRedisServer({ ...own, args: [...own.args, ...following] })),
  );
  const sentinels = await Promise.all(Array.from({ length: many }, () => startRedisServer({ sentinel: true })));
  const servers = [first, ...rest];
  const stop = async (): Promise<void> => void (await Promise.all([...sentinels, ...servers].map((one) => one.stop())));
  try {
    for (const sentinel of sentinels) {
      await say(
        sentinel,
        "SENTINEL",
        "MONITOR",
        NAME,
        "127.0.0.1",
        String(first.port),
        String(Math.floor(many / 2) + 1),
      );
      const times = ["down-after-milliseconds", String(DOWN_AFTER_MS), "failover-timeout", "2000"];
      await say(sentinel, "SENTINEL", "SET", NAME, ...times);
    }
    for (const replica of rest) await untilSaid(replica, "replication", ["master_link_status:up"]);
    const whole = ["status=ok,address=127.0.0.1:", `slaves=${replicas},sentinels=${many}`];
    for (const sentinel of sentinels) await untilSaid(sentinel, "sentinel", whole);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",")}/${NAME}`,
    name: NAME,
    servers,
    sentinels,
    async primary() {
      for (const sentinel of sentinels) {
        const said = await say(sentinel, "INFO", "sentinel").catch(() => "");
        const port = Number(/address=127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
        const found = servers.find((one) => one.port === port);
        if (found !== undefined) return found;
      }
      throw new Error("no Sentinel names a primary");
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function untilSaid(server: RedisServer, section: string, signs: readonly string[]): Promise<void> {
  const deadlineMs = Date.now() + DEADLINE_MS;
  for (;;) {
    const said = await say(server, "INFO", section);
    if (signs.every((sign) => said.includes(sign))) return;
    if (Date.now() > deadlineMs) throw new Error(`the set is not whole, port ${server.port} says: ${said}`);
    await sleep(POLL_MS);
  }
}
