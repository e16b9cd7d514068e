import { type RedisServer, say, startRedisCluster } from "@sluice/test/redis-server";
import { setTimeout as rest } from "node:timers/promises";
import { expect, it } from "vitest";
import { resolveConnection } from "./options.js";
import { shareConnection } from "./shared-connection.js";
import { clientsOf } from "./use-all.test-support.js";

it("what a cluster tells is heard again when the node that told it is gone", { timeout: 60_000 }, async () => {
  await using cluster = await startRedisCluster({ args: ["--cluster-require-full-coverage", "no"] });
  const telling = async (): Promise<readonly RedisServer[]> => {
    const asked = cluster.primaries.map(async (node) => ({ node, clients: await clientsOf(node).catch(() => []) }));
    const seen = await Promise.all(asked);
    return seen.filter(({ clients }) => clients.some((line) => / sub=[1-9]/.test(line))).map(({ node }) => node);
  };
  const connection = shareConnection(resolveConnection({ url: cluster.url }));
  let heard = 0;
  connection.listen("news", () => (heard += 1));
  await expect.poll(async () => (await telling()).length, { timeout: 10_000 }).toBe(1);
  const [told] = await telling();
  const other = cluster.primaries.find((node) => node !== told) as RedisServer;
  const publish = async (): Promise<number> => {
    const before = heard;
    await say(other, "PUBLISH", "news", "something");
    await rest(50);
    return heard - before;
  };
  await expect.poll(publish, { timeout: 10_000 }).toBe(1);
  await told?.kill();
  const goneMs = performance.now();
  await expect.poll(publish, { timeout: 10_000 }).toBe(1);
  console.log(`heard again ${Math.round(performance.now() - goneMs)} ms after the node was killed`);
  expect(await telling()).toHaveLength(1);
  connection.release();
  await expect.poll(telling, { timeout: 10_000 }).toEqual([]);
});
