import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as rest } from "node:timers/promises";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { createSubscriptions } from "./subscriptions.js";

/** Passes everything on, but holds back what subscribes once it is told to. */
async function proxyTo(port: number) {
  const sockets = new Set<Socket>();
  const seen = { subscribes: 0, hold: false };
  const server = createServer((socket) => {
    const there = connect(port, "127.0.0.1");
    for (const one of [socket, there]) {
      sockets.add(one);
      one.on("error", () => {}).on("close", () => (socket.destroy(), there.destroy()));
    }
    there.pipe(socket);
    socket.on("data", (chunk: Buffer) => {
      const subscribes = chunk.includes("subscribe");
      if (subscribes) seen.subscribes += 1;
      if (!(subscribes && seen.hold)) there.write(chunk);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  onTestFinished(() => (cut(), void server.close()));
  return { port: (server.address() as AddressInfo).port, seen, cut };
}

async function setup() {
  const redis = await startRedisServer();
  onTestFinished(() => redis.stop());
  const proxy = await proxyTo(redis.port);
  const [client, speaker] = [new Redis(proxy.port, { lazyConnect: true }), new Redis(redis.port)];
  onTestFinished(() => [client, speaker].forEach((one) => one.disconnect()));
  const subscriptions = createSubscriptions(() => client);
  onTestFinished(() => subscriptions.close());
  const heard: string[] = [];
  for (const channel of ["one", "other"])
    subscriptions.listen(
      channel,
      (message) => heard.push(`${channel}: ${message}`),
      () => {},
    );
  const hears = async (message: string): Promise<void> => {
    await expect
      .poll(async () => [await speaker.publish("one", message), await speaker.publish("other", message)], {
        timeout: 10_000,
      })
      .toEqual([1, 1]);
    await expect
      .poll(() => heard, { timeout: 10_000 })
      .toEqual(expect.arrayContaining([`one: ${message}`, `other: ${message}`]));
  };
  return { proxy, subscriptions, hears };
}

it("every channel is heard again after a cut, those that nobody listens to any more are not", async () => {
  const { proxy, subscriptions, hears } = await setup();
  const stop = subscriptions.listen(
    "gone",
    () => {},
    () => {},
  );
  await hears("before");
  stop();
  proxy.cut();
  await hears("after");
});

it("closing while channels are asked for again harms nobody", async () => {
  const { proxy, subscriptions, hears } = await setup();
  await hears("before");
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  onTestFinished(() => void process.off("unhandledRejection", note));
  const before = proxy.seen.subscribes;
  proxy.seen.hold = true;
  proxy.cut();
  await expect.poll(() => proxy.seen.subscribes, { timeout: 10_000 }).toBeGreaterThan(before);
  subscriptions.close();
  await rest(100);
  expect(unhandled).toEqual([]);
});
