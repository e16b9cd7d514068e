import { getEventListeners } from "node:events";
import { StoreUnavailableError } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createLock } from "./create-lock.js";
import type { Kept, LockKeeper } from "./keeper.js";
import { truthfulSignal } from "./truthful-signal.js";

/** A lock over a keeper that answers as told; the clock may run ahead of its timers, as after a stall. */
function rig(take: (attempt: number) => Promise<Partial<Kept> | undefined>, random = 0) {
  const clock = createFakeClock();
  let aheadMs = 0;
  const attemptsMs: number[] = [];
  let releases = 0;
  const keeper: LockKeeper = {
    pollMs: 20,
    async take() {
      attemptsMs.push(clock.now());
      const kept = await take(attemptsMs.length);
      const usual = { fence: 1, contended: false, extend: async () => true };
      return kept && { ...usual, ...kept, release: async () => ((releases += 1), true) };
    },
    close: async () => {},
  };
  const ahead = { ...clock, now: () => clock.now() + aheadMs };
  const lock = createLock(keeper, { clock: ahead, random: () => random });
  const stall = (ms: number): void => void (aheadMs = ms);
  return { clock, lock, attemptsMs, stall, releases: () => releases };
}
const held = async (): Promise<undefined> => undefined;
const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
/** Whether timers and sockets get a turn while something is done again and again. */
async function turnsWhile(again: () => Promise<unknown>): Promise<boolean> {
  let turned = false;
  setImmediate(() => (turned = true));
  for (let n = 0; n < 1000; n += 1) {
    await again();
    if (turned) return true;
  }
  return false;
}

describe("whoever waits for a lock", () => {
  it.each([
    [0, [0, 1, 3, 7, 15, 25, 35, 45]],
    [1, [0, 2, 6, 14, 30]],
  ])("asks again after pauses that double up to the keeper's, spread by chance (%d)", async (random, expected) => {
    const { clock, lock, attemptsMs } = rig(held, random);
    const waiting = lock.acquire("n", { timeoutMs: 50 }).catch(codeOf);
    await clock.advance(60);
    expect(await waiting).toBe("LOCK_UNAVAILABLE");
    expect(attemptsMs).toEqual(expected);
    expect(clock.pending).toBe(0);
  });

  it("gives back what came too late to be of use, and asks again", async () => {
    const { clock, lock, attemptsMs, releases } = rig(async (attempt) => {
      // 100 ms count as 97, with what clocks may differ.
      if (attempt === 1) await new Promise<void>((resolve) => clock.setTimer(resolve, 97));
      return {};
    });
    const coming = lock.acquire("n", { leaseMs: 100 });
    await clock.advance(97);
    expect(releases()).toBe(1);
    await clock.advance(1);
    expect((await coming).fence).toBe(1);
    expect(attemptsMs).toEqual([0, 98]);
  });

  it("after a stall has a moment for the answer that is under way", async () => {
    let answer: (kept: Partial<Kept>) => void = () => {};
    const { clock, lock, stall } = rig(() => new Promise((resolve) => (answer = resolve)));
    const coming = lock.acquire("n", { timeoutMs: 50 });
    await clock.advance(49);
    stall(10);
    await clock.advance(30);
    answer({});
    expect((await coming).fence).toBe(1);
  });

  it.each([
    [9, 50],
    [10, 80],
  ])("whose timer comes %d ms late gives a silent store up at %d ms", async (lateMs, atMs) => {
    const { clock, lock, stall } = rig(() => new Promise(() => {}));
    const refused = lock.acquire("n", { timeoutMs: 50 }).catch((error: unknown) => [codeOf(error), clock.now()]);
    await clock.advance(49);
    stall(lateMs);
    await clock.advance(100);
    expect(await refused).toEqual(["LOCK_UNAVAILABLE", atMs]);
  });

  it("with no time asks once, and with all of it sets no deadline", async () => {
    const { clock, lock, attemptsMs } = rig(held);
    expect(await lock.acquire("n", { timeoutMs: 0 }).catch(codeOf)).toBe("LOCK_UNAVAILABLE");
    expect([attemptsMs, clock.pending]).toEqual([[0], 0]);
    void lock.acquire("n", { timeoutMs: Number.POSITIVE_INFINITY }).catch(codeOf);
    await clock.advance(0);
    // The next attempt alone.
    expect(clock.pending).toBe(1);
    await lock.close();
  });

  it("leaves no listener behind, however the wait ends", async () => {
    const { clock, lock } = rig(async (attempt) => (attempt > 2 ? {} : undefined));
    const { signal } = new AbortController();
    const coming = lock.acquire("n", { signal });
    await clock.advance(0);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await clock.advance(100);
    await coming;
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("has one listener on a signal, however many wait under it", async () => {
    const { clock, lock } = rig(held);
    const controller = new AbortController();
    const gone = new Error("gone");
    const waiting = Array.from({ length: 20 }, (_, n) =>
      lock.acquire(`n${n % 3}`, { signal: controller.signal }).catch((error: unknown) => error),
    );
    await clock.advance(5);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    controller.abort(gone);
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 20 }, () => gone));
    expect([getEventListeners(controller.signal, "abort").length, clock.pending]).toEqual([0, 0]);
  });

  it.each([1, 2, 3])("ends at once under a signal that aborts as it is asked for the %d. time", async (time) => {
    const { clock, lock, attemptsMs } = rig(held);
    const controller = new AbortController();
    const gone = new Error("gone");
    let asked = 0;
    const signal = truthfulSignal(controller, () => {
      asked += 1;
      if (asked === time) controller.abort(gone);
    });
    await expect(lock.acquire("n", { signal })).rejects.toBe(gone);
    expect([attemptsMs, getEventListeners(signal, "abort").length, clock.pending]).toEqual([[], 0, 0]);
  });

  it("lets the event loop turn when its store is away, however often it comes back at once", async () => {
    const { lock } = rig(() => Promise.reject(new StoreUnavailableError("away")));
    expect(await turnsWhile(() => lock.acquire("n").catch(codeOf))).toBe(true);
  });

  it("gets nothing under a signal that aborts between the taking and the telling, and gives it back", async () => {
    for (let microtasks = 0; microtasks < 12; microtasks += 1) {
      const { lock, releases } = rig(async () => ({}));
      const controller = new AbortController();
      let begunUnder: boolean | undefined;
      const running = lock
        .run("n", { signal: controller.signal }, () => void (begunUnder = controller.signal.aborted))
        .catch(() => {});
      for (let n = 0; n < microtasks; n += 1) await Promise.resolve();
      controller.abort(new Error("gone"));
      await running;
      expect([microtasks, begunUnder]).not.toEqual([microtasks, true]);
      expect(releases()).toBeLessThanOrEqual(1);
      // It is free again for the next one.
      await (await lock.acquire("n")).release();
    }
  });

  it("learns that the lock was closed, at once, and so does who comes later", async () => {
    const { clock, lock, attemptsMs } = rig(held);
    const why = (error: unknown): string => (error as Error).message;
    const closed = 'Lock "n" could not be had: this lock is closed';
    const waiting = lock.acquire("n").catch(why);
    const behind = lock.acquire("n").catch(why);
    await clock.advance(5);
    await lock.close();
    expect([await waiting, await behind]).toEqual([closed, closed]);
    const asked = attemptsMs.length;
    expect(await lock.acquire("n").catch(why)).toBe(closed);
    await clock.advance(1000);
    expect([attemptsMs.length, clock.pending]).toEqual([asked, 0]);
  });

  it("lets others go first once it has held the lock while they waited", async () => {
    const { clock, lock, attemptsMs } = rig(async () => ({ contended: true }));
    await (await lock.acquire("n")).release();
    await (await lock.acquire("other")).release();
    expect(attemptsMs).toEqual([0, 0]);
    await clock.advance(10);
    const again = lock.acquire("n");
    await clock.advance(19);
    expect(attemptsMs).toHaveLength(2);
    await clock.advance(1);
    await (await again).release();
    expect(attemptsMs).toEqual([0, 0, 30]);
    // Whoever has no time to wait has none for courtesy.
    await (await lock.acquire("n", { timeoutMs: 0 })).release();
    expect(attemptsMs).toEqual([0, 0, 30, 30]);
  });

  it("needs a signal that is one, and work that is a function", async () => {
    const { lock } = rig(held);
    const odd = { signal: {} as AbortSignal };
    await expect(lock.acquire("n", odd)).rejects.toMatchObject({ option: "signal", accepted: "an AbortSignal" });
    await expect(lock.run("n", {}, 7 as never)).rejects.toMatchObject({ option: "work", accepted: "a function" });
  });
});

describe("a lease", () => {
  it("ends a little before the store's does, and its signal says so before any timer", async () => {
    const { lock, stall, releases } = rig(async () => ({}));
    const handle = await lock.acquire("n", { leaseMs: 1000 });
    stall(987);
    expect(() => handle.signal.throwIfAborted()).not.toThrow();
    stall(988);
    expect(() => handle.signal.throwIfAborted()).toThrow(expect.objectContaining({ code: "LOCK_LOST" }));
    expect(releases()).toBe(1);
    expect(await handle.release()).toBe(false);
  });

  it("is extended for as long as the work runs, and no longer", async () => {
    const { clock, lock } = rig(async () => ({}));
    let end: (value: string) => void = () => {};
    const running = lock.run("n", { leaseMs: 300 }, ({ assertHeld }) =>
      new Promise<string>((resolve) => (end = resolve)).finally(assertHeld),
    );
    await clock.advance(2000);
    end("done");
    expect(await running).toBe("done");
    expect(clock.pending).toBe(0);
  });

  it("that could not be extended runs on, and is tried again before it ends", async () => {
    const asked: number[] = [];
    const { clock, lock } = rig(async () => ({
      extend: async () => {
        asked.push(clock.now());
        if (asked.length === 1) throw new Error("away");
        return true;
      },
    }));
    let end: () => void = () => {};
    const running = lock.run("n", { leaseMs: 240 }, () => new Promise<void>((resolve) => (end = resolve)));
    await clock.advance(115);
    expect(asked).toEqual([80, 110]);
    end();
    await running;
  });

  it("lets the event loop turn when it cannot be extended, however often that is tried again at once", async () => {
    const { lock } = rig(async () => ({ extend: () => Promise.reject(new StoreUnavailableError("away")) }));
    const handle = await lock.acquire("n", { leaseMs: 300 });
    expect(await turnsWhile(() => handle.extend().catch(codeOf))).toBe(true);
    await handle.release();
  });

  it("is lost as soon as the store says so", async () => {
    const { clock, lock } = rig(async () => ({ extend: async () => false }));
    const handle = await lock.acquire("n", { leaseMs: 300 });
    await expect(handle.extend()).rejects.toMatchObject({ code: "LOCK_LOST" });
    expect([handle.signal.aborted, clock.pending]).toEqual([true, 0]);
  });
});
