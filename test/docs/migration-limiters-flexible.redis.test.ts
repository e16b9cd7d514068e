import { createFakeClock } from "@sluice/core/testing";
import { createLimiter, type Limiter, memoryStore } from "@sluice/limiter";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import * as moved from "../../docs/snippets/migration-flexible.js";

async function inTurn(times: number, may: () => Promise<boolean>): Promise<boolean[]> {
  const answers: boolean[] = [];
  for (let n = 0; n < times; n += 1) answers.push(await may());
  return answers;
}

function limiterInMemory(): Limiter {
  return createLimiter({ store: memoryStore() });
}

describe("logins moved from rate-limiter-flexible", () => {
  it("answer alike: attempts, what is left, fines, right passwords, blocks", async () => {
    await using redis = await startRedisServer();
    const client = new Redis(redis.url);
    const answers = [];
    for (const logins of [moved.before(client), moved.after(redis.url)]) {
      const seen: unknown[] = [];
      const fresh = await logins.left("192.0.2.1");
      for (let n = 0; n < 6; n += 1) {
        const { allowed, left, waitMs } = await logins.attempt("192.0.2.1");
        seen.push([allowed, left, waitMs > 55_000 && waitMs <= 60_000]);
      }
      seen.push((await logins.attempt("192.0.2.2")).left);
      await logins.fine("192.0.2.2", 3);
      seen.push(await logins.left("192.0.2.2"));
      seen.push((await logins.attempt("192.0.2.2")).allowed, (await logins.attempt("192.0.2.2")).allowed);
      for (let n = 0; n < 9; n += 1) {
        const right = await logins.attempt("192.0.2.4");
        await right.undo();
        seen.push(right.allowed);
      }
      seen.push(await logins.left("192.0.2.4"));
      await logins.block("192.0.2.3", 900);
      const { allowed, waitMs } = await logins.attempt("192.0.2.3");
      seen.push([fresh, allowed, waitMs > 890_000 && waitMs <= 900_000]);
      answers.push(seen);
      await logins.close();
    }
    client.disconnect();
    expect(answers[0]).toEqual([
      ...[4, 3, 2, 1, 0].map((left) => [true, left, false]),
      [false, 0, true],
      4,
      1,
      true,
      false,
      ...Array.from({ length: 9 }, () => true),
      5,
      [5, false, true],
    ]);
    expect(answers[1]).toEqual(answers[0]);
  });
});

describe("other limiters moved from rate-limiter-flexible", () => {
  it("hold together as a union does, but take nothing when one of them refuses", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ store: memoryStore({ clock }), clock });
    const theirs = moved.unionBefore();
    const ours = moved.unionAfter(limiter);
    expect(await inTurn(3, () => theirs("a"))).toEqual([true, true, false]);
    expect(await inTurn(3, () => ours("a"))).toEqual([true, true, false]);
    await new Promise((resolve) => setTimeout(resolve, 1050));
    await clock.advance(1050);
    expect(await theirs("a")).toBe(false); // the refusal took the last of the hour
    expect(await ours("a")).toBe(true);
    await limiter.close();
  });

  it("wait in line", async () => {
    const limiter = limiterInMemory();
    const both = [moved.queueBefore(), moved.queueAfter(limiter)].map(async (turn) => {
      const startedMs = performance.now();
      const waits = [turn(), turn(), turn()].map(async (one) => one.then(() => performance.now() - startedMs));
      return (await Promise.all(waits)).map((ms) => ms > 900);
    });
    expect(await Promise.all(both)).toEqual([
      [false, false, true],
      [false, false, true],
    ]);
    await limiter.close();
  });

  it("have something on top of a steady limit", async () => {
    const limiter = limiterInMemory();
    const both = [moved.burstyBefore(), moved.burstyAfter(limiter)];
    const [theirs, ours] = await Promise.all(both.map((may) => inTurn(8, () => may("a"))));
    expect(theirs).toEqual([true, true, true, true, true, true, true, false]);
    expect(ours).toEqual(theirs);
    await limiter.close();
  });

  it("are compared while the old one decides", async () => {
    const alike = moved.both(5, 5);
    expect(await inTurn(8, () => alike.may("a"))).toEqual([true, true, true, true, true, false, false, false]);
    expect(alike.differ).toBe(0);
    const narrower = moved.both(5, 3);
    await inTurn(8, () => narrower.may("a"));
    expect(narrower.differ).toBe(2);
  });
});
