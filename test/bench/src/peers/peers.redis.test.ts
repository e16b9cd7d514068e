import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { entries, loadPeer, peersFor } from "./registry.js";

// Nothing comes back while a test runs, however long it is held up.
const bound = { refillRate: 0.01, burst: 3 };
let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

it.each(entries)("$name goes by its name and has the uses it is listed for", async ({ name, uses }) => {
  const peer = await loadPeer(name);
  expect(peer.name).toBe(name);
  for (const use of ["memory", "redis", "waiting"] as const)
    expect(typeof peer[use]).toBe(uses.includes(use) ? "function" : "undefined");
});

it.each(peersFor("memory"))("%s admits three from a bucket of three, and no fourth", async (name) => {
  const decider = (await loadPeer(name)).memory?.(bound);
  if (decider === undefined) throw new Error("listed for memory");
  for (let call = 0; call < 3; call += 1) expect(await decider.decide("one")).toBe(true);
  if (decider.onlyWaits !== true) expect(await decider.decide("one")).toBe(false);
  expect(await decider.decide("another")).toBe(true);
  await decider.close();
});

it.each(peersFor("redis"))("%s admits three from a shared bucket of three, and no fourth", async (name) => {
  const peer = await loadPeer(name);
  const place = { url: server.url, bucket: `${name} redis`, processes: 1 };
  const decider = await peer.redis?.(place, bound);
  if (decider === undefined) throw new Error("listed for redis");
  for (let call = 0; call < 3; call += 1) expect(await decider.decide(`${name} one`)).toBe(true);
  if (decider.onlyWaits !== true) expect(await decider.decide(`${name} one`)).toBe(false);
  expect(await decider.decide(`${name} another`)).toBe(true);
  await decider.close();
});

it.each(peersFor("waiting"))("%s grants what was waited for, and tells what it knows", async (name) => {
  const peer = await loadPeer(name);
  const place = { url: server.url, bucket: `${name} waiting`, processes: 1 };
  const waiter = await peer.waiting?.(place, { refillRate: 20, burst: 1 });
  if (waiter === undefined) throw new Error("listed for waiting");
  const tickets = [await waiter.wait(), await waiter.wait()];
  for (const { answered } of tickets) await answered?.({ refused: false, retryAfterMs: 0 });
  if (name === "sluice") expect((tickets[1]?.atUs ?? 0) - (tickets[0]?.atUs ?? 0)).toBeGreaterThanOrEqual(50_000);
  await waiter.close();
});
