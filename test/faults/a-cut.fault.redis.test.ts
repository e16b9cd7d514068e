import { createLimiter } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { startTcpProxy, type TcpProxy } from "@sluice/test/tcp-proxy";
import { Redis } from "ioredis";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { count, operatorOf, takesOf } from "./a-support.js";
import { call, type Called, counted, LONGEST_MS, longestMs, member, ms, refused, until } from "./b-support.js";
import { fault } from "./fault.js";

/** A server behind a proxy that can lose answers. */
async function cuttable(): Promise<{ server: RedisServer; proxy: TcpProxy }> {
  const server = await startRedisServer();
  return { server, proxy: await startTcpProxy({ targetPort: server.port }) };
}

for (const [rounds, slow] of [
  [8, false],
  [100, true],
] as const) {
  fault(
    {
      id: "A9",
      fault: `the answer is lost after the request took effect, ${rounds} times`,
      expected: `an error within ${LONGEST_MS} ms, and never run twice: as many tokens taken as calls made`,
      slow,
    },
    async () => {
      const { server, proxy } = await cuttable();
      await using _one = server;
      await using _two = proxy;
      await using one = member({ url: proxy.url });
      await using operator = await operatorOf(server);
      const [lost, all]: Called[][] = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        // Not asked while it is away, the store never counts as down.
        await rest(150);
        await until(async () => {
          const called = await count(one);
          if (called.code !== undefined) return false;
          all?.push(called);
          return true;
        }, "the connection is back");
        const cut = proxy.cutAfterRequest();
        const called = await count(one);
        await cut;
        lost?.push(called);
        all?.push(called);
      }
      const calls = all ?? [];
      const taken = await takesOf(operator.redis);
      expect(refused(lost ?? [])).toBe(rounds);
      expect(longestMs(calls)).toBeLessThan(LONGEST_MS);
      expect(taken).toBe(calls.length);
      return `counter ÷ calls ${taken} ÷ ${calls.length}; longest ${ms(longestMs(calls))}`;
    },
  );
}

/** Settings of a client of the user's own, by what is said about them. */
const clients = {
  "sends nothing again": { autoResendUnfulfilledCommands: false },
  "waits without end": { maxRetriesPerRequest: null },
  "is as ioredis makes it": {},
} as const;

for (const [what, options] of Object.entries(clients)) {
  fault(
    {
      id: "A10",
      fault: `the answer is lost on a client of the user's own that ${what}`,
      expected: `settles within ${LONGEST_MS} ms all the same`,
    },
    async () => {
      const { server, proxy } = await cuttable();
      await using _one = server;
      await using _two = proxy;
      await using operator = await operatorOf(server);
      const client = new Redis(proxy.port, "127.0.0.1", options);
      client.on("error", () => {});
      const store = redisStore({ client, onStoreError: "closed" });
      const limiter = createLimiter({ store, provider: "test", account: "acme" });
      const ask = (): Promise<Called> => call(() => limiter.tryAcquire(counted));
      const first = await ask();
      const cut = proxy.cutAfterRequest();
      const second = await ask();
      await cut;
      await limiter.close();
      await store.close();
      client.disconnect();
      const taken = await takesOf(operator.redis);
      expect(longestMs([first, second])).toBeLessThan(LONGEST_MS);
      return `settled after ${ms(second.tookMs)} with ${second.code ?? second.decision?.kind}; counter ÷ calls ${taken} ÷ 2`;
    },
  );
}
