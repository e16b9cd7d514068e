import { StoreUnavailableError } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createLock } from "./create-lock.js";
import type { Kept, LockKeeper } from "./keeper.js";

const unanswered = new StoreUnavailableError("Redis did not answer");

/** A lock whose keeper answers as it is told. */
function scripted(keeper: Partial<LockKeeper> = {}, kept: Partial<Kept> = {}) {
  const clock = createFakeClock();
  const told: string[] = [];
  let fence = 0;
  const grant = (): Kept => ({
    fence: (fence += 1),
    contended: false,
    extend: async () => true,
    ...kept,
    release: async () => {
      told.push(`released at ${clock.now()}`);
      return kept.release?.() ?? true;
    },
  });
  const lock = createLock(
    { pollMs: 16, take: async () => grant(), close: async () => {}, ...keeper },
    { clock, random: () => 1 },
  );
  return { clock, lock, told, grant };
}

/** What became of a promise, without waiting for it. */
function watch<Value>(promise: Promise<Value>): { state: string; value?: Value; error?: unknown } {
  const seen: { state: string; value?: Value; error?: unknown } = { state: "pending" };
  promise.then(
    (value) => Object.assign(seen, { state: "resolved", value }),
    (error: unknown) => Object.assign(seen, { state: "rejected", error }),
  );
  return seen;
}

describe("a lease that is extended", () => {
  it("is asked for again every third of it, and leaves no timer when it is given back", async () => {
    const asked: number[] = [];
    const { clock, lock } = scripted({}, { extend: async () => (asked.push(clock.now()), true) });
    let finish = (): void => {};
    const run = watch(lock.run("a", { leaseMs: 900 }, () => new Promise<void>((resolve) => (finish = resolve))));
    await clock.advance(1000);
    expect(asked).toEqual([300, 600, 900]);
    finish();
    await clock.advance(0);
    expect([run.state, clock.pending]).toEqual(["resolved", 0]);
  });

  it("survives answers that fail to come while it runs, and is lost when it ends without one", async () => {
    let silentUntilMs = 500;
    const { clock, lock, told } = scripted(
      {},
      { extend: async () => (clock.now() < silentUntilMs ? Promise.reject(unanswered) : true) },
    );
    const aborted: number[] = [];
    const run = watch(
      lock.run("a", { leaseMs: 900 }, async ({ signal }) => {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        aborted.push(clock.now());
        signal.throwIfAborted();
      }),
    );
    await clock.advance(1400);
    expect(run.state).toBe("pending");
    silentUntilMs = Number.POSITIVE_INFINITY;
    await clock.advance(2000);
    expect(run).toMatchObject({ state: "rejected", error: { code: "LOCK_LOST" } });
    expect(aborted[0]).toBeGreaterThan(1400 + 500);
    expect(aborted[0]).toBeLessThan(1400 + 900);
    expect([told.length, clock.pending]).toEqual([1, 0]);
  });

  it("is lost at once when the store says that it is no longer ours", async () => {
    const { clock, lock } = scripted({}, { extend: async () => false });
    const held = await lock.acquire("a", { leaseMs: 900 });
    await expect(held.extend()).rejects.toMatchObject({ code: "LOCK_LOST" });
    expect([held.signal.aborted, await held.release(), clock.pending]).toEqual([true, false, 0]);
  });

  it("passes an unanswered extension on to the holder who asked for it, and is still held", async () => {
    const { lock } = scripted({}, { extend: () => Promise.reject(unanswered) });
    const held = await lock.acquire("a");
    await expect(held.extend()).rejects.toBe(unanswered);
    held.assertHeld();
  });

  it("is not prolonged by an answer that comes after it has ended", async () => {
    let answer: (extended: boolean) => void = () => {};
    const { clock, lock } = scripted({}, { extend: () => new Promise((resolve) => (answer = resolve)) });
    const held = await lock.acquire("a", { leaseMs: 900 });
    const extension = watch(held.extend());
    await clock.advance(900);
    answer(true);
    await clock.advance(0);
    expect(extension).toMatchObject({ state: "rejected", error: { code: "LOCK_LOST" } });
  });
});

describe("a wait for a lock", () => {
  it("ends at its deadline although the store is silent, and what comes later is given back", async () => {
    let answer: (kept: Kept) => void = () => {};
    const { clock, lock, told, grant } = scripted({ take: () => new Promise((resolve) => (answer = resolve)) });
    const wait = watch(lock.acquire("a", { timeoutMs: 300 }));
    await clock.advance(299);
    expect(wait.state).toBe("pending");
    await clock.advance(1);
    expect(wait).toMatchObject({ state: "rejected", error: { code: "LOCK_UNAVAILABLE" } });
    answer(grant());
    await clock.advance(0);
    expect([told, clock.pending]).toEqual([["released at 300"], 0]);
  });

  it("does not take a grant whose lease is nearly over when it arrives", async () => {
    const answers: ((kept: Kept) => void)[] = [];
    const { clock, lock, told, grant } = scripted({ take: () => new Promise((resolve) => answers.push(resolve)) });
    const wait = watch(lock.acquire("a", { leaseMs: 100 }));
    await clock.advance(98);
    answers[0]?.(grant());
    await clock.advance(10);
    expect([wait.state, told, answers.length]).toEqual(["pending", ["released at 98"], 2]);
    answers[1]?.(grant());
    await clock.advance(0);
    expect(wait).toMatchObject({ state: "resolved", value: { fence: 2 } });
  });

  it("fails at once when the store does, and lets the next one try", async () => {
    let down = true;
    const { lock, grant } = scripted({ take: async () => (down ? Promise.reject(unanswered) : grant()) });
    const waits = [1, 2, 3].map(() => lock.acquire("a"));
    for (const wait of waits) await expect(wait).rejects.toBe(unanswered);
    down = false;
    expect(await (await lock.acquire("a")).release()).toBe(true);
  });

  it("asks again after longer and longer pauses, up to the keeper's own, and only once for all who wait", async () => {
    const asked: number[] = [];
    const { clock, lock } = scripted({ take: async () => void asked.push(clock.now()) });
    const waits = [1, 2, 3].map(() => watch(lock.acquire("a", { timeoutMs: 70 })));
    await clock.advance(60);
    expect(asked).toEqual([0, 2, 6, 14, 30, 46]);
    await clock.advance(10);
    expect(waits.map(({ state }) => state)).toEqual(["rejected", "rejected", "rejected"]);
    expect(clock.pending).toBe(0);
  });

  it("lets other processes go first after a lock that they waited for", async () => {
    const { clock, lock, grant } = scripted({ take: async () => ({ ...grant(), contended: true }) });
    await (await lock.acquire("a")).release();
    const again = watch(lock.acquire("a"));
    const other = watch(lock.acquire("b"));
    await clock.advance(23);
    expect([again.state, other.state]).toEqual(["pending", "resolved"]);
    await clock.advance(1);
    expect(again.state).toBe("resolved");
  });

  it("leaves the line when it is aborted, and those behind move up", async () => {
    const { lock } = scripted();
    const held = await lock.acquire("a");
    const controller = new AbortController();
    const gone = watch(lock.acquire("a", { signal: controller.signal }));
    const next = lock.acquire("a");
    controller.abort("enough");
    await held.release();
    expect((await next).fence).toBe(2);
    expect(gone).toMatchObject({ state: "rejected", error: "enough" });
  });
});

describe("work under a lock", () => {
  it("is not trusted when the store has forgotten the lock meanwhile", async () => {
    const { lock } = scripted({}, { release: async () => false });
    await expect(lock.run("a", {}, () => "done")).rejects.toMatchObject({ code: "LOCK_LOST" });
  });

  it("counts when only the release was not answered", async () => {
    const { lock } = scripted({}, { release: () => Promise.reject(unanswered) });
    expect(await lock.run("a", {}, () => "done")).toBe("done");
    expect(await (await lock.acquire("a")).release()).toBe(false);
  });
});
