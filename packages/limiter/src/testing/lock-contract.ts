import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import type { Lock, LockHandle } from "../lock/lock.js";
import { shortestOf } from "./rounds.js";

/** What the suite needs to know of a lock. */
export interface LockUnderTest {
  /** A lock of its own for each test. */
  readonly open: () => Lock | Promise<Lock>;
  /** Another handle on the store of the last lock opened, as a second process has. */
  readonly openAgain: () => Lock | Promise<Lock>;
}

/** The behaviour every lock must show, on a real clock with short times. Call it in a test file of your own. */
export function lockContract(name: string, { open, openAgain }: LockUnderTest): void {
  describe(`${name} keeps the lock's contract`, () => {
    const opened: Lock[] = [];
    const fresh = async (): Promise<Lock> => keep(await open());
    const another = async (): Promise<Lock> => keep(await openAgain());
    const keep = (lock: Lock): Lock => {
      opened.push(lock);
      return lock;
    };
    afterEach(async () => {
      for (const lock of opened.splice(0)) await lock.close();
    });

    it("runs the work of one holder at a time, and returns what it returns", async () => {
      const locks = [await fresh(), await another(), await another()];
      let inside = 0;
      let most = 0;
      const results = await Promise.all(
        Array.from({ length: 15 }, (_, n) =>
          (locks[n % 3] as Lock).run("one", {}, async () => {
            most = Math.max(most, (inside += 1));
            await pass(2);
            inside -= 1;
            return n;
          }),
        ),
      );
      expect(most).toBe(1);
      expect(results).toEqual(Array.from({ length: 15 }, (_, n) => n));
    });

    it("serves those of one process in the order in which they came", async () => {
      const lock = await fresh();
      const order: number[] = [];
      await Promise.all(Array.from({ length: 8 }, (_, n) => lock.run("line", {}, () => void order.push(n))));
      expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    });

    it("keeps names apart, whatever is in them", async () => {
      const lock = await fresh();
      const names = ["a", "A", "a:b", "{a}", "a\r\nb", "*", "__proto__", "\ud800", "\ud801", "%0041", "x".repeat(1000)];
      const handles = await Promise.all(names.map((one) => lock.acquire(one, { timeoutMs: 10_000 })));
      expect(new Set(handles).size).toBe(names.length);
      for (const handle of handles) expect(await handle.release()).toBe(true);
    });

    it("numbers every holder higher than all before, whichever process it is in", async () => {
      const locks = [await fresh(), await another()];
      const fences: number[] = [];
      for (let n = 0; n < 10; n += 1)
        await (locks[n % 2] as Lock).run("numbered", {}, ({ fence }) => void fences.push(fence));
      expect(fences.every(Number.isSafeInteger)).toBe(true);
      expect(fences).toEqual([...new Set(fences)].toSorted((a, b) => a - b));
    });

    it("refuses in time whoever waits for a lock that stays held, and at once whoever has no time to wait", async () => {
      const [lock, other] = [await fresh(), await another()];
      await lock.acquire("held", { leaseMs: 60_000 });
      for (const waiting of [lock, other]) {
        for (const timeoutMs of [150, 0]) {
          const tookMs = await shortestOf(timeoutMs + 100, async () => {
            const startedMs = performance.now();
            await expect(waiting.acquire("held", { timeoutMs })).rejects.toMatchObject({ code: "LOCK_UNAVAILABLE" });
            return performance.now() - startedMs;
          });
          expect(tookMs).toBeGreaterThanOrEqual(timeoutMs);
          expect(tookMs).toBeLessThan(timeoutMs + 100);
        }
      }
    });

    it("frees a lock that nobody gives back when its lease ends, and not before", async () => {
      const [lock, other] = [await fresh(), await another()];
      const tookMs = await shortestOf(600, async (round) => {
        const startedMs = performance.now();
        const forgotten = await lock.acquire(`forgotten ${round}`, { leaseMs: 300 });
        const next = await other.acquire(`forgotten ${round}`, { timeoutMs: 10_000 });
        const freeMs = performance.now() - startedMs;
        expect(next.fence).toBeGreaterThan(forgotten.fence);
        expect(() => forgotten.assertHeld()).toThrow(expect.objectContaining({ code: "LOCK_LOST" }));
        expect(forgotten.signal.reason).toMatchObject({ code: "LOCK_LOST" });
        next.assertHeld();
        return freeMs;
      });
      expect(tookMs).toBeGreaterThanOrEqual(290);
      expect(tookMs).toBeLessThan(600);
    });

    // The lease is longer than a stall of the machine, which would rightly end it.
    it("extends the lease while the work runs", async () => {
      const [lock, other] = [await fresh(), await another()];
      await lock.run("kept", { leaseMs: 1500 }, async (held) => {
        // One extension would end at 2000.
        await pass(2400);
        held.assertHeld();
        await expect(other.acquire("kept", { timeoutMs: 0 })).rejects.toMatchObject({ code: "LOCK_UNAVAILABLE" });
      });
      expect(await (await other.acquire("kept", { timeoutMs: 10_000 })).release()).toBe(true);
    });

    it("lets a holder extend the lease by itself, as often as it likes", async () => {
      const handle = await (await fresh()).acquire("extended", { leaseMs: 1500 });
      for (let n = 0; n < 4; n += 1) {
        await pass(500);
        await handle.extend();
      }
      handle.assertHeld();
      expect(await handle.release()).toBe(true);
      await expect(handle.extend()).rejects.toMatchObject({ code: "LOCK_LOST" });
    });

    it("is not disturbed by a second, a late or a foreign release", async () => {
      const [lock, other] = [await fresh(), await another()];
      const first = await lock.acquire("released", { leaseMs: 100 });
      const second = await other.acquire("released", { timeoutMs: 10_000 });
      expect([await first.release(), await first.release()]).toEqual([false, false]);
      second.assertHeld();
      await expect(lock.acquire("released", { timeoutMs: 0 })).rejects.toMatchObject({ code: "LOCK_UNAVAILABLE" });
      expect([await second.release(), await second.release()]).toEqual([true, false]);
      expect(() => second.assertHeld()).toThrow(expect.objectContaining({ code: "LOCK_LOST" }));
      expect(second.signal.aborted).toBe(false);
    });

    it("rejects an aborted wait with the caller's own reason, and leaves nothing behind", async () => {
      const [lock, other] = [await fresh(), await another()];
      const holder = await lock.acquire("wanted");
      const controller = new AbortController();
      const reason = { not: "even an error" };
      const waits = [lock, other].map((waiting) => waiting.acquire("wanted", { signal: controller.signal }));
      await pass(30);
      controller.abort(reason);
      for (const wait of waits) await expect(wait).rejects.toBe(reason);
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
      await expect(lock.acquire("wanted", { signal: controller.signal })).rejects.toBe(reason);
      await holder.release();
      await (await other.acquire("wanted", { timeoutMs: 10_000 })).release();
    });

    it("either gives the lock or takes it back when an abort meets the grant, never both and never neither", async () => {
      const lock = await fresh();
      const reason = new Error("changed my mind");
      let given = 0;
      let refused = 0;
      for (let n = 0; n < 60; n += 1) {
        const controller = new AbortController();
        const wait = lock.acquire("raced", { signal: controller.signal, timeoutMs: 5000, leaseMs: 20_000 });
        const outcome = wait.catch((error: unknown) => error);
        if (n % 2 === 0) for (let turn = 0; turn < n / 2; turn += 1) await Promise.resolve();
        else await pass((n % 10) / 5);
        controller.abort(reason);
        const handle = await outcome;
        if (handle === reason) refused += 1;
        else given += Number(await (handle as LockHandle).release());
      }
      expect(given + refused).toBe(60);
      expect(refused).toBeGreaterThan(0);
      expect(await (await lock.acquire("raced", { timeoutMs: 10_000 })).release()).toBe(true);
    });

    it("knows right after a stall that the lease has ended, and the one stalled cannot write with its number", async () => {
      const [lock, other] = [await fresh(), await another()];
      const stalled = await lock.acquire("stalled", { leaseMs: 100 });
      block(250);
      // Nothing has run since, no timer either.
      expect(stalled.signal.aborted).toBe(true);
      expect(() => stalled.assertHeld()).toThrow(expect.objectContaining({ code: "LOCK_LOST" }));
      const next = await other.acquire("stalled", { timeoutMs: 10_000 });
      const resource = guardedResource();
      expect([resource.write(next.fence), resource.write(stalled.fence)]).toEqual([true, false]);
    });

    it("says that the lock was lost while the work ran, but passes on what the work itself throws", async () => {
      const lock = await fresh();
      const stall = (): void => block(200);
      await expect(lock.run("lost", { leaseMs: 100 }, stall)).rejects.toMatchObject({ code: "LOCK_LOST" });
      const own = new Error("of the work");
      await expect(lock.run("lost", {}, () => Promise.reject(own))).rejects.toBe(own);
      expect(await lock.run("lost", { timeoutMs: 1000 }, () => "free again")).toBe("free again");
    });

    it("refuses options out of range before anything is asked", async () => {
      const lock = await fresh();
      const wrong: [string, object][] = [
        ["", {}],
        [5 as unknown as string, {}],
        ["x".repeat(2000), {}],
        ...[Number.NaN, -1, 0, 49, 100.5, Infinity, "100", 5n, 4e6].map((leaseMs): [string, object] => [
          "n",
          { leaseMs },
        ]),
        ...[Number.NaN, -1, -0, "1", null].map((timeoutMs): [string, object] => ["n", { timeoutMs: timeoutMs ?? "" }]),
        ["n", { signal: {} }],
      ];
      for (const [one, options] of wrong)
        await expect(lock.acquire(one, options)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
      await expect(lock.run("n", {}, 5 as unknown as () => void)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
      expect(await (await lock.acquire("n", { timeoutMs: 10_000 })).release()).toBe(true);
    });

    it("settles everybody when it is closed, and holds nothing any more", async () => {
      const lock = await fresh();
      const other = await another();
      const held = await lock.acquire("closing");
      const waits = Array.from({ length: 20 }, () => lock.acquire("closing").catch((error: unknown) => error));
      await lock.close();
      for (const error of await Promise.all(waits)) expect(error).toMatchObject({ code: "LOCK_UNAVAILABLE" });
      expect(held.signal.reason).toMatchObject({ code: "LOCK_LOST" });
      await expect(lock.acquire("closing")).rejects.toMatchObject({ code: "LOCK_UNAVAILABLE" });
      if (other === lock) return;
      const handle: LockHandle = await other.acquire("closing", { timeoutMs: 10_000 });
      handle.assertHeld();
    });
  });
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Keeps this thread from running anything else. */
function block(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

/** Remembers the highest fence it has seen and refuses those below. */
function guardedResource(): { write(fence: number): boolean } {
  let highest = 0;
  return {
    write(fence) {
      if (fence < highest) return false;
      highest = fence;
      return true;
    },
  };
}
