import { createLimiter } from "@sluice/limiter";
import { redisRights, redisStore, type StoreEvent } from "@sluice/limiter-redis";
import { type RedisServer, say, startRedisCluster, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect } from "vitest";
import { useEverything } from "./c-everything.js";
import { slow } from "./c-support.js";
import { fault } from "./fault.js";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

/** Gives a user these rights and no other; the URL for it. */
async function userWith(at: { readonly port: number }, rights: readonly string[]): Promise<string> {
  const name = `user${(users += 1)}`;
  const said = await say(
    at as RedisServer,
    "ACL",
    "SETUSER",
    name,
    "on",
    ">secret",
    "resetchannels",
    "-@all",
    ...rights,
  );
  expect(said).toContain("OK");
  return `redis://${name}:secret@127.0.0.1:${at.port}`;
}
let users = 0;

/** Commands that were denied, as the server wrote them down. */
async function denials(at: { readonly port: number }): Promise<readonly string[]> {
  const redis = new Redis(at.port);
  const log = (await redis.call("ACL", "LOG", "128")) as unknown[][];
  redis.disconnect();
  return log.map((entry) => String(entry[entry.indexOf("object") + 1]));
}

fault(
  {
    id: "C10",
    fault: "a user with the documented rights and no other",
    expected: "all features work; nothing is denied but naming the connection",
  },
  async () => {
    await say(server, "ACL", "LOG", "RESET");
    const url = await userWith(server, redisRights());
    const used = await useEverything({ url });
    expect(used.warnings).toEqual([]);
    const denied = (await denials(server)).filter((command) => !command.startsWith("client|"));
    expect(denied).toEqual([]);
    return `${redisRights().length} rules are enough; ${denied.length} denials; ${used.features} features used`;
  },
);

fault(
  {
    id: "C10",
    fault: "one right missing, each in turn",
    expected: "named at start-up, in one warning, not at the first rare path",
  },
  async () => {
    const rules = redisRights().filter((rule) => rule !== "+unsubscribe");
    const unnamed: string[] = [];
    for (const rule of rules) {
      const url = await userWith(
        server,
        redisRights().filter((other) => other !== rule),
      );
      const events: StoreEvent[] = [];
      await using store = redisStore({ url, onStoreError: "open", onEvent: (event) => events.push(event) });
      const limiter = createLimiter({ store });
      await limiter.tryAcquire({ bucket: "b", limit: slow });
      const named = (): boolean =>
        events.some(({ type, message }) => type === "store-warning" && message.includes(` ${rule}`));
      for (let n = 0; n < 500 && !named(); n += 1) await new Promise((resolve) => setTimeout(resolve, 10));
      if (!named()) unnamed.push(rule);
      await limiter.close();
    }
    expect(unnamed).toEqual([]);
    return `${rules.length - unnamed.length} of ${rules.length} named`;
  },
);

fault(
  {
    id: "C10",
    fault: "a user of a cluster with the documented rights and no other",
    expected: "all features work; nothing is denied but naming the connection",
    slow: true,
  },
  async () => {
    await using cluster = await startRedisCluster();
    const rights = redisRights({ cluster: true });
    for (const { port } of cluster.primaries) {
      const said = await say({ port } as RedisServer, "ACL", "SETUSER", "ann", "on", ">secret", "-@all", ...rights);
      expect(said).toContain("OK");
    }
    const used = await useEverything({ url: cluster.url.replace("//", "//ann:secret@") });
    expect(used.warnings).toEqual([]);
    const denied = (await Promise.all(cluster.primaries.map(denials))).flat();
    expect(denied.filter((command) => !command.startsWith("client|"))).toEqual([]);
    return `${rights.length} rules are enough; ${used.features} features used`;
  },
);

fault({ id: "C11", fault: "the same user tries what is not ours", expected: "all denied by the store" }, async () => {
  const redis = new Redis(await userWith(server, redisRights()), { enableReadyCheck: false });
  redis.on("error", () => {});
  const tries = [
    ["GET", "other:{a}:t:b"],
    ["SET", "other:{a}:t:b", "1"],
    ["GET", "sluic"],
    ["EVAL", "return redis.call('GET', KEYS[1])", "1", "other:a"],
    ["EVAL", "return redis.call('GET', 'other:a')", "0"],
    ["EVAL", "return redis.call('KEYS', '*')", "0"],
    ["EVAL", "return redis.call('FLUSHALL')", "0"],
    ["PUBLISH", "other:news", "x"],
    ["SUBSCRIBE", "other:news"],
    ["PSUBSCRIBE", "*"],
    ["KEYS", "*"],
    ["SCAN", "0"],
    ["FLUSHALL"],
    ["FLUSHDB"],
    ["CONFIG", "GET", "*"],
    ["CONFIG", "SET", "maxmemory", "1"],
    ["SCRIPT", "FLUSH"],
    ["CLIENT", "KILL", "TYPE", "normal"],
    ["ACL", "SETUSER", "ann", "+@all"],
    ["ACL", "LIST"],
    ["SHUTDOWN", "NOSAVE"],
    ["REPLICAOF", "NO", "ONE"],
    ["MONITOR"],
    ["MULTI"],
  ] as const;
  const admitted: string[] = [];
  for (const [command, ...args] of tries) {
    const said = await redis.call(command, ...args).then(
      () => "allowed",
      (error: Error) => error.message,
    );
    if (!/NOPERM|user executing the script|ACL failure/.test(said))
      admitted.push(`${command} ${args.join(" ")}: ${said}`);
  }
  redis.disconnect();
  expect(admitted).toEqual([]);
  return `${tries.length - admitted.length} of ${tries.length} denied`;
});
