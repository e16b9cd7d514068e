import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createLimiter } from "@sluice/limiter";
import { startRedisServer } from "@sluice/test/redis-server";
import { expect, it } from "vitest";
import { redisStore } from "../index.js";
import { charge } from "./use-all.test-support.js";

/** Names a primary as a Sentinel does, each time after `slowMs`, and tells those who listen of another one when asked to. */
async function startSlowSentinel(slowMs: number) {
  const listening = new Set<Socket>();
  let [primary, asked] = [0, 0];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("close", () => listening.delete(socket));
    socket.on("data", async (chunk) => {
      for (const command of String(chunk)
        .toLowerCase()
        .split(/^\*\d+\r\n/m)
        .filter(Boolean)) {
        if (command.includes("subscribe")) {
          listening.add(socket);
          socket.write(">3\r\n$9\r\nsubscribe\r\n$14\r\n+switch-master\r\n:1\r\n");
        } else if (command.includes("get-master-addr-by-name")) {
          asked += 1;
          await sleep(slowMs);
          socket.write(`*2\r\n$9\r\n127.0.0.1\r\n$${String(primary).length}\r\n${primary}\r\n`);
        } else if (command.includes("sentinels")) socket.write("*0\r\n");
        else socket.write(command.includes("hello") ? "%1\r\n+proto\r\n:3\r\n" : "+OK\r\n");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `redis+sentinel://127.0.0.1:${port}/main`,
    asked: () => asked,
    listeners: () => listening.size,
    name: (next: number) => void (primary = next),
    tell() {
      for (const socket of listening) socket.write(">3\r\n$7\r\nmessage\r\n$14\r\n+switch-master\r\n$4\r\nmain\r\n");
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

it("news of a failover that comes while the client looks for the new primary does not end the client", async () => {
  await using old = await startRedisServer();
  await using next = await startRedisServer();
  const sentinel = await startSlowSentinel(150);
  sentinel.name(old.port);
  const store = redisStore({ url: sentinel.url, onStoreError: "closed", commandTimeoutMs: 5000 });
  const limiter = createLimiter({ store, provider: "test", account: "acme" });
  await limiter.tryAcquire(charge);
  // One of the connection that asks, one of that which listens to the store.
  await expect.poll(() => sentinel.listeners(), { timeout: 10_000 }).toBe(2);
  const before = sentinel.asked();
  await old.kill();
  await expect.poll(() => sentinel.asked(), { interval: 1, timeout: 10_000 }).toBeGreaterThan(before + 1);
  sentinel.name(next.port);
  sentinel.tell();
  const answer = () => limiter.tryAcquire(charge).then(({ kind }) => kind, String);
  await expect.poll(answer, { timeout: 15_000 }).toBe("allowed");
  await limiter.close();
  await store.close();
  await sentinel.close();
}, 60_000);
