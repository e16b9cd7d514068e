import { fixedWindow, type Limit, slidingWindow, slidingWindowCounter, type StoreCharge } from "@sluice/limiter";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKeys } from "../store/keys.js";
import * as commands from "./commands.js";
import { type Answers, take } from "./take.js";

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const keys = createKeys("theirs");
const scope = "test:acme";
let number = 0;

function rig(limit: Limit) {
  const charge: StoreCharge = { bucket: `b${(number += 1)}`, limit, cost: 1 };
  const key = keys.bucket(scope, charge);
  const ask = async (count: number, peek = false) => {
    const request = { scope, charges: [charge], count, ahead: 0, group: 1, withinMs: 0, peek, id: `q${(number += 1)}` };
    const { long } = (await take(redis, { short: [], long: [{ request, keys: [key], known: [] }] }, 0)) as Answers;
    const { reply, known } = long[0] as Exclude<(typeof long)[0], Error | undefined>;
    return { ...reply, known };
  };
  return {
    key,
    left: async () => (await ask(1, true)).remaining,
    take: async (count: number) => (await ask(count)).slots[0]?.units ?? 0,
    observe: (remaining: number, remainingForMs?: number) =>
      commands.observe(
        redis,
        [key],
        { scope, charges: [charge], pauseMs: 0, remaining, remainingForMs },
        { id: `o${(number += 1)}`, channel: "c", message: "m" },
      ),
  };
}

const windowMs = 60_000;
const counted = [
  ["a fixed window", fixedWindow({ limit: 9, windowMs })],
  ["a sliding window by two counts", slidingWindowCounter({ limit: 9, windowMs })],
] as const;
const all = [...counted, ["an exact sliding window", slidingWindow({ limit: 9, windowMs })]] as const;

/** What the version before took a state apart by. */
const LAYOUT = /^(\d+)\|(\d+)\|(\d+)\|(\d+)\|(\d+)\|([^|]*)\|([^|]*)$/;
const COUNT = /(-?\d+):(\d+):(\d+)/g;

describe("what the provider's window has left, in a state that two versions share", () => {
  it.each(counted)("lies in that of %s where the version before does not look", async (_, limit) => {
    const { key, take: takeSome, observe } = rig(limit);
    await takeSome(2);
    await observe(3, 5000);
    const [, version, , , , , counts = ""] = LAYOUT.exec((await redis.get(key)) ?? "") ?? [];
    expect(version).toBe("1");
    expect(counts).toMatch(/^0:2:\d+;3\/\d+\/\d+$/);
    expect([...counts.matchAll(COUNT)].map(([found]) => found)).toEqual([counts.split(";")[0]]);
  });

  it.each(counted)(
    "is missing from that of %s which the version before wrote, until the next word",
    async (_, limit) => {
      const { key, left, take: takeSome, observe } = rig(limit);
      await takeSome(2);
      await observe(3, 5000);
      await redis.set(key, ((await redis.get(key)) ?? "").replace(/;[^|]*/, ""), "KEEPTTL");
      expect(await left()).toBe(7);
      await observe(3, 5000);
      expect(await left()).toBe(3);
    },
  );

  it("lies in that of an exact sliding window as a member that the version before passes over", async () => {
    const { key, left, take: takeSome, observe } = rig(slidingWindow({ limit: 9, windowMs }));
    await takeSome(2);
    await observe(3, 5000);
    await takeSome(1);
    await observe(1, 5000);
    const members = await redis.zrangebyscore(key, "-inf", "(0");
    expect(members.map((member) => member.slice(0, 1)).toSorted()).toEqual(["b", "o", "v"]);
    expect(await redis.zcount(key, "(0", "+inf")).toBe(3);
    // The version before takes without a word of it.
    await redis.zadd(key, String((await observe(9, 5000)) - 1), "old.0.1");
    expect(await left()).toBe(1);
  });

  it.each(all)("goes from that of %s when it is over, and the state with it", async (_, limit) => {
    const { key, left, observe } = rig(limit);
    await observe(3, 60);
    expect(await left()).toBe(3);
    await expect.poll(() => redis.exists(key), { timeout: 5000 }).toBe(0);
    expect(await left()).toBe(9);
  });

  it.each(all)("outlives all that %s knows itself", async (_, limit) => {
    const { key, observe } = rig(limit);
    await observe(3, 600_000);
    expect(await redis.pttl(key)).toBeGreaterThan(590_000);
  });

  it.each(all)("moves back with the rest of %s when the store's clock was set back", async (_, limit) => {
    const { key, left, take: takeSome, observe } = rig(limit);
    await takeSome(2);
    const nowUs = await observe(3, 5000);
    // As if all of it had been written a minute from now.
    const later = (text: string): string => String(Number(text) + 60_000_000);
    const state = limit.kind === "slidingWindow" ? undefined : await redis.get(key);
    if (typeof state === "string") {
      const moved = state.replaceAll(/\d{12,}/g, later);
      await redis.set(key, moved, "KEEPTTL");
    } else {
      for (const member of await redis.zrange(key, "0", "-1")) {
        const score = Number(await redis.zscore(key, member));
        await redis.zrem(key, member);
        const movedScore = Math.abs(score) > 1e9 ? score + Math.sign(score) * 60_000_000 : score;
        await redis.zadd(
          key,
          String(movedScore),
          member.startsWith("o") ? member.replaceAll(/\d{12,}/g, later) : member,
        );
      }
    }
    expect(await takeSome(1)).toBe(1);
    expect(await left()).toBe(2);
    const text =
      limit.kind === "slidingWindow" ? (await redis.zrangebyscore(key, "-inf", "(0")).join() : await redis.get(key);
    const endsUs = Number(/\/(\d+)(?:\||,|$)/.exec(text ?? "")?.[1]);
    expect(endsUs).toBeGreaterThan(nowUs);
    expect(endsUs).toBeLessThan(nowUs + 10_000_000);
  });
});
