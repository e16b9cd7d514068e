import { isSluiceError } from "@sluice/core";
import type { GuardDecision } from "@sluice/limiter";
import { startRedisServer } from "@sluice/test/redis-server";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import * as moved from "../../docs/snippets/migration-bottleneck.js";

/** Posts messages, and notes when each began and how many were under way. */
function post(tookMs: number) {
  const startedMs = performance.now();
  const begun: { readonly message: string; readonly atMs: number }[] = [];
  let active = 0;
  let most = 0;
  const send: moved.Send = async (message) => {
    begun.push({ message, atMs: performance.now() - startedMs });
    active += 1;
    most = Math.max(most, active);
    await new Promise((resolve) => setTimeout(resolve, tookMs));
    active -= 1;
    return message;
  };
  return { send, begun, most: () => most };
}

/** Time passes only when it is told to, so that nothing comes late; until `vi.useRealTimers` or the test's end. */
function stopTime(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Lets time pass until the work is done. */
async function pass<Result>(work: Promise<Result>): Promise<Result> {
  const state = { over: false };
  const end = (): void => void (state.over = true);
  work.then(end, end);
  while (!state.over) await vi.advanceTimersByTimeAsync(5);
  return work;
}

/** What a refusal of either is. */
function nameOf(error: unknown): string {
  if (isSluiceError(error)) return error.code;
  return error instanceof Error ? error.message : String(error);
}

const sides = [
  ["bottleneck", moved.before, "This job has been dropped by Bottleneck"],
  ["ours", moved.after, "QUEUE_FULL"],
] as const;

describe("a sender moved from bottleneck", () => {
  it.each(sides)("keeps places, the reservoir, the order and the length of the line: %s", async (_, make, dropped) => {
    stopTime();
    const posted = post(150);
    const sender = make(posted.send);
    const sending = ["a", "b"].map((message) => sender.send(message));
    while (posted.begun.length < 2) await vi.advanceTimersByTimeAsync(5); // both places are taken
    const late = ["c", "d", "e"].map((message) => sender.send(message));
    await vi.advanceTimersByTimeAsync(5);
    sending.push(...late, sender.send("first", 0), sender.send("last", 9), sender.send("f"), sender.send("surplus"));
    const settled = await pass(Promise.allSettled(sending));
    vi.useRealTimers();
    expect(settled.map((one) => (one.status === "fulfilled" ? one.value : nameOf(one.reason)))).toEqual([
      "a",
      "b",
      "c",
      "d",
      "e",
      "first",
      "last",
      "f",
      dropped,
    ]);
    const order = posted.begun.map(({ message }) => message);
    expect(order).toEqual(["a", "b", "first", "c", "d", "e", "f", "last"]);
    expect(posted.most()).toBe(2);
    const [one = 0, , , , fifth = 0, sixth = 0] = posted.begun.map(({ atMs }) => atMs);
    expect(sixth - one).toBeGreaterThan(400); // the reservoir was used up
    expect(fifth - one).toBeLessThan(sixth - one - 100);
    await sender.close();
  });

  it.each(sides)("keeps its distance from one to the next: %s", async (_, make) => {
    stopTime();
    const posted = post(1);
    const sender = make(posted.send);
    await pass(sender.send("warm"));
    await pass(Promise.all(["a", "b", "c", "d"].map((message) => sender.send(message))));
    vi.useRealTimers();
    const [, a = 0, , , d = 0] = posted.begun.map(({ atMs }) => atMs);
    expect(d - a).toBeGreaterThan(40); // three times 20 ms, less a few in which a job begins
    await sender.close();
  });

  it.each([
    ["bottleneck", moved.retriedBefore],
    ["ours", moved.retriedAfter],
  ] as const)("tries again after 25 ms, twice at most: %s", async (_, retried) => {
    const tries: number[] = [];
    const failing =
      (times: number): moved.Send =>
      async (message) => {
        tries.push(performance.now());
        if (tries.length <= times) throw new Error("they are busy");
        return message;
      };
    expect(await retried(failing(2))).toBe("hello");
    const [one, two, three] = tries as [number, number, number];
    expect([two - one > 20, three - two > 20, tries.length]).toEqual([true, true, 3]);
    tries.length = 0;
    await expect(retried(failing(3))).rejects.toThrow("they are busy");
    expect(tries).toHaveLength(3);
  });

  it.each([
    ["bottleneck", moved.groupBefore],
    ["ours", moved.groupAfter],
  ] as const)("runs one job of a key at a time, and keys side by side: %s", async (_, make) => {
    const group = make();
    const active = new Map<string, number>();
    let most = 0;
    let together = 0;
    const task = (key: string) => async () => {
      active.set(key, (active.get(key) ?? 0) + 1);
      most = Math.max(most, active.get(key) ?? 0);
      together = Math.max(
        together,
        [...active.values()].reduce((sum, one) => sum + one, 0),
      );
      await new Promise((resolve) => setTimeout(resolve, 30));
      active.set(key, (active.get(key) ?? 0) - 1);
    };
    await Promise.all(["a", "a", "b", "b"].map((key) => group.run(key, task(key))));
    expect([most, together]).toEqual([1, 2]);
    await group.close();
  });

  it("shares a reservoir between processes through Redis, in both", async () => {
    await using redis = await startRedisServer();
    for (const make of [moved.clusterBefore, moved.clusterAfter]) {
      const posted = post(0);
      const both = [make(redis.url, posted.send), make(redis.url, posted.send)];
      const sending = Array.from({ length: 8 }, (_, n) => both[n % 2]?.send(`m${n}`).catch(() => undefined));
      await expect.poll(() => posted.begun.length, { timeout: 10_000 }).toBe(5);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(posted.begun).toHaveLength(5); // the other three wait for the next minute
      await Promise.all(both.map((sender) => sender.close()));
      void Promise.allSettled(sending);
    }
  });

  it("lets the old one decide while ours looks on, and tells what it would have held up", async () => {
    const outcomes = async (limit: number): Promise<readonly string[]> => {
      const told: GuardDecision[] = [];
      const posted = post(1);
      const sender = moved.both(posted.send, limit, (decision) => told.push(decision));
      await Promise.all(["a", "b", "c", "d"].map((message) => sender.send(message)));
      expect(posted.begun).toHaveLength(4);
      await sender.close();
      return told.map(({ outcome }) => outcome);
    };
    expect(await outcomes(4)).toEqual(["allowed", "allowed", "allowed", "allowed"]);
    expect(await outcomes(3)).toEqual(["allowed", "allowed", "allowed", "shadow-refused"]);
  });
});
