import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { settings } from "./settings.js";

// Nothing comes back while a test runs, however long it is held up.
const bound = { refillRate: 0.01, burst: 3 };
let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

it.each(settings)("$name is the peer it says, and keeps its limit while all is well", async (setting) => {
  const peer = await setting.load();
  expect(peer.name).toBe(setting.peer);
  const place = { url: server.url, bucket: setting.name, processes: 1 };
  if (setting.waits) {
    const waiter = await peer.waiting?.(place, { refillRate: 20, burst: 1 });
    await waiter?.wait();
    await waiter?.close();
    return;
  }
  const decider = await peer.redis?.(place, bound);
  if (decider === undefined) throw new Error("neither decides nor waits");
  await expect.poll(() => decider.decide(setting.name), { timeout: 10_000 }).toBe(true);
  // Some let a call pass that waits too long for its answer, as one does that the machine holds up; not so many of them.
  const answers = [];
  for (let call = 0; call < 6; call += 1) answers.push(await decider.decide(setting.name));
  expect(answers.filter((allowed) => allowed).length).toBeLessThanOrEqual(bound.burst);
  await decider.close();
});
