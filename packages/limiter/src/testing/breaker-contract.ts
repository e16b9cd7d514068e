import { afterEach, describe, expect, it } from "vitest";
import { type BreakerRuleOptions, resolveRules } from "../breaker/rules.js";
import type { BreakerCounts, BreakerStore, BreakerView } from "../breaker/store.js";

/** What the suite needs to know of a breaker store. */
export interface BreakerStoreUnderTest {
  /** A store of its own for each test, empty. */
  readonly open: () => BreakerStore | Promise<BreakerStore>;
  /** Another handle on the contents of the last store opened, as a second process has. */
  readonly openAgain: () => BreakerStore | Promise<BreakerStore>;
}

/** The behaviour every breaker store must show, on a real clock with short times. Call it in a test file of your own. */
export function breakerContract(name: string, { open, openAgain }: BreakerStoreUnderTest): void {
  describe(`${name} keeps the breaker's contract`, () => {
    const closers: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closers.splice(0)) await close();
    });
    const kept = async (opening: BreakerStore | Promise<BreakerStore>): Promise<BreakerStore> => {
      const store = await opening;
      closers.push(() => store.close());
      return store;
    };
    // Longer than any stall: where the end of a time is waited for, the test says how short it is.
    const rules = (options: BreakerRuleOptions = {}) =>
      resolveRules({ openMs: 60_000, probeLeaseMs: 60_000, ...options });
    const opened = async (store: BreakerStore, options: BreakerRuleOptions = {}): Promise<BreakerView> =>
      store.force("b", rules(options), { to: "open", forMs: 1, reason: "forced" });
    /** Open, and its time is over. */
    const halfOpen = async (store: BreakerStore, options: BreakerRuleOptions = {}): Promise<BreakerView> => {
      await opened(store, options);
      await later(5);
      const view = await look(store, options);
      expect(view).toMatchObject({ state: "half-open", leftMs: 0 });
      return view;
    };
    const look = async (store: BreakerStore, options: BreakerRuleOptions = {}): Promise<BreakerView> =>
      store.report("b", rules(options), counts({}));

    it("is closed while nothing has happened", async () => {
      const store = await kept(open());
      expect(await look(store)).toMatchObject({ state: "closed", version: 0, leftMs: 0 });
    });

    it("adds up failures in a row that several processes saw, and opens for all of them", async () => {
      const store = await kept(open());
      const second = await kept(openAgain());
      expect(await store.report("b", rules(), counts({ failed: 2 }))).toMatchObject({ state: "closed" });
      expect(await second.report("b", rules(), counts({ failed: 2 }))).toMatchObject({ state: "closed" });
      const view = await store.report("b", rules(), counts({ failed: 1 }));
      expect(view).toMatchObject({ state: "open", reason: "consecutive-failures" });
      expect(view.leftMs).toBeGreaterThan(59_000);
      expect(view.leftMs).toBeLessThanOrEqual(60_000);
      expect(await look(second)).toMatchObject({ state: "open", version: view.version });
    });

    it("begins the row anew after a success, whichever process saw it and however late it is told", async () => {
      const store = await kept(open());
      const second = await kept(openAgain());
      // By the row alone: these are also too many failures of all calls.
      const byRow = rules({ minimumCalls: 1000 });
      await store.report("b", byRow, counts({ failed: 4 }));
      await later(30);
      await second.report("b", byRow, counts({ succeeded: 1, lastSuccessAgeMs: 10 }));
      expect(await store.report("b", byRow, counts({ failed: 4 }))).toMatchObject({ state: "closed" });
      // One from before the failures does not.
      await second.report("b", byRow, counts({ succeeded: 1, lastSuccessAgeMs: 9000 }));
      expect(await store.report("b", byRow, counts({ failed: 1 }))).toMatchObject({ state: "open" });
    });

    it("opens by the failure rate once there are enough calls in the window", async () => {
      const store = await kept(open());
      const second = await kept(openAgain());
      const byRate = rules({ consecutiveFailures: Number.POSITIVE_INFINITY });
      expect(await store.report("b", byRate, counts({ failed: 9 }))).toMatchObject({ state: "closed" });
      expect(await second.report("b", byRate, counts({ succeeded: 10 }))).toMatchObject({ state: "closed" });
      expect(await second.report("b", byRate, counts({ failed: 1 }))).toMatchObject({
        state: "open",
        reason: "failure-rate",
      });
    });

    it("forgets what has left the window", async () => {
      const store = await kept(open());
      const short = rules({ consecutiveFailures: Number.POSITIVE_INFINITY, windowMs: 4000 });
      const late = counts({ failed: 10, lastFailureAgeMs: 3590 });
      expect(await store.report("counted", short, late)).toMatchObject({ state: "open" });
      // Just within the nine tenths that count for sure; what comes later stays for the rest of the test.
      await store.report("b", short, counts({ failed: 9, lastFailureAgeMs: 3590 }));
      await later(420);
      expect(await store.report("b", short, counts({ failed: 1 }))).toMatchObject({ state: "closed" });
      await store.report("b", short, counts({ failed: 8, lastFailureAgeMs: 5000 }));
      expect(await store.report("b", short, counts({ failed: 8 }))).toMatchObject({ state: "closed" });
      expect(await store.report("b", short, counts({ failed: 1 }))).toMatchObject({ state: "open" });
    });

    it("counts nothing while open, and nothing that began before the last change", async () => {
      const store = await kept(open());
      const view = await opened(store, { openMs: 1 });
      await store.report("b", rules(), counts({ failed: 100, version: view.version }));
      const closed = await store.force("b", rules(), { to: "closed", forMs: undefined, reason: "reset" });
      expect(closed.version).toBeGreaterThan(view.version);
      expect(await store.report("b", rules(), counts({ failed: 5, version: view.version }))).toMatchObject({
        state: "closed",
      });
      expect(await store.report("b", rules(), counts({ failed: 5, version: closed.version }))).toMatchObject({
        state: "open",
      });
    });

    it("lets nobody through while open or closed", async () => {
      const store = await kept(open());
      expect(await store.probe("b", rules(), "a")).toMatchObject({ granted: false, view: { state: "closed" } });
      await store.force("b", rules(), { to: "open", forMs: 5000, reason: "forced" });
      expect(await store.probe("b", rules(), "a")).toMatchObject({ granted: false, view: { state: "open" } });
    });

    it("lets exactly one of all through half-open, and tells the others how long its lease is", async () => {
      const store = await kept(open());
      const second = await kept(openAgain());
      await halfOpen(store);
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          Promise.resolve((index % 2 === 0 ? store : second).probe("b", rules(), `p${index}`)),
        ),
      );
      expect(replies.filter(({ granted }) => granted)).toHaveLength(1);
      for (const { view } of replies) expect(view.state).toBe("half-open");
      const { leftMs } = await look(second);
      expect(leftMs).toBeGreaterThan(50_000);
      expect(leftMs).toBeLessThanOrEqual(60_000);
    });

    it("lets as many through as it is told, and closes when all of them have succeeded", async () => {
      const store = await kept(open());
      const three = { probes: 3 };
      const { version } = await halfOpen(store, three);
      const ask = async (id: string) => (await store.probe("b", rules(three), id)).granted;
      const end = async (id: string) =>
        (await store.settle("b", rules(three), { id, version, outcome: "success" })).state;
      expect([await ask("a"), await ask("b"), await ask("c"), await ask("d")]).toEqual([true, true, true, false]);
      expect([await end("a"), await end("b")]).toEqual(["half-open", "half-open"]);
      expect(await ask("d")).toBe(false);
      expect(await end("c")).toBe("closed");
    });

    it("a success closes it everywhere", async () => {
      const store = await kept(open());
      const second = await kept(openAgain());
      const heard: BreakerView[] = [];
      closers.push(async () => stop());
      const stop = second.onChange("b", (view) => heard.push(view));
      await expect.poll(async () => (await opened(store), heard.length), { timeout: 10_000 }).toBeGreaterThan(0);
      const { version } = await halfOpen(store);
      await store.probe("b", rules(), "a");
      const view = await store.settle("b", rules(), { id: "a", version, outcome: "success" });
      expect(view).toMatchObject({ state: "closed", reason: "probe-succeeded" });
      expect(view.version).toBeGreaterThan(version);
      await expect.poll(() => heard.at(-1), { timeout: 10_000 }).toEqual(view);
      expect(await look(second)).toMatchObject({ state: "closed", version: view.version });
    });

    it("a failure opens it again, for twice as long each time up to the most", async () => {
      const store = await kept(open());
      const growing = { openMs: 10, maxOpenMs: 35 };
      const times: number[] = [];
      let view = await store.report("b", rules(growing), counts({ failed: 5 }));
      for (let round = 0; round < 4; round += 1) {
        times.push(Math.round(view.leftMs));
        await later(view.leftMs + 2);
        expect(await store.probe("b", rules(growing), "a")).toMatchObject({ granted: true });
        const end = { id: "a", version: view.version, outcome: "failure" } as const;
        view = await store.settle("b", rules(growing), end);
        expect(view).toMatchObject({ state: "open", reason: "probe-failed" });
      }
      expect(times).toEqual([10, 10 * 2, 35, 35]);
    });

    it("lets another through when a probe's lease has ended", async () => {
      const store = await kept(open());
      const second = await kept(openAgain());
      const { version } = await halfOpen(store);
      await store.probe("b", rules(), "first");
      expect(await second.probe("b", rules(), "b")).toMatchObject({ granted: false });
      await store.settle("b", rules(), { id: "first", version, outcome: "undecided" });
      const short = rules({ probeLeaseMs: 400 });
      expect(await store.probe("b", short, "a")).toMatchObject({ granted: true });
      await later(410);
      expect(await second.probe("b", short, "b")).toMatchObject({ granted: true });
      // What the first one found out is still true.
      expect(await store.settle("b", short, { id: "a", version, outcome: "success" })).toMatchObject({
        state: "closed",
      });
      expect(await second.settle("b", short, { id: "b", version, outcome: "failure" })).toMatchObject({
        state: "closed",
      });
    });

    it("an undecided probe gives its place to another", async () => {
      const store = await kept(open());
      const { version } = await halfOpen(store);
      await store.probe("b", rules(), "a");
      const stranger = { id: "x", version, outcome: "undecided" } as const;
      expect((await store.settle("b", rules(), stranger)).leftMs).toBeGreaterThan(0);
      const own = { id: "a", version, outcome: "undecided" } as const;
      expect(await store.settle("b", rules(), own)).toMatchObject({ state: "half-open", leftMs: 0 });
      expect(await store.probe("b", rules(), "b")).toMatchObject({ granted: true });
    });

    it("stays isolated until it is forced otherwise, or until its end, when it has to be probed", async () => {
      const store = await kept(open());
      const isolated = { to: "isolated", forMs: undefined, reason: "forced" } as const;
      expect(await store.force("b", rules(), isolated)).toMatchObject({
        state: "isolated",
        leftMs: Number.POSITIVE_INFINITY,
        reason: "forced",
      });
      expect(await store.probe("b", rules(), "a")).toMatchObject({ granted: false });
      expect(await store.report("b", rules(), counts({ succeeded: 100 }))).toMatchObject({ state: "isolated" });
      await store.force("b", rules(), { ...isolated, forMs: 60_000 });
      expect(await look(store)).toMatchObject({ state: "isolated" });
      await store.force("b", rules(), { ...isolated, forMs: 200 });
      await later(210);
      expect(await look(store)).toMatchObject({ state: "half-open" });
      await store.force("b", rules(), { to: "closed", forMs: undefined, reason: "forced" });
      expect(await look(store)).toMatchObject({ state: "closed", reason: "forced" });
    });

    it("is held closed for a time, whatever fails", async () => {
      const store = await kept(open());
      const held = { to: "closed", forMs: 60_000, reason: "forced" } as const;
      const { version } = await store.force("b", rules(), held);
      expect(await store.report("b", rules(), counts({ failed: 50, version }))).toMatchObject({ state: "closed" });
      const { version: next } = await store.force("b", rules(), { ...held, forMs: 200 });
      await store.report("b", rules(), counts({ failed: 50, version: next }));
      await later(210);
      expect(await store.report("b", rules(), counts({ failed: 1, version: next }))).toMatchObject({ state: "open" });
    });

    it("keeps names apart, whatever they are made of", async () => {
      const store = await kept(open());
      const names = [
        "a}b",
        "{}",
        "{a}b",
        "a:b",
        "a b",
        "a|b",
        "a\r\nb",
        "\ud800",
        "\ud801",
        "__proto__",
        "x".repeat(1024),
      ];
      for (const hostile of names) expect((await store.report(hostile, rules(), counts({}))).state).toBe("closed");
      for (const [index, hostile] of names.entries()) {
        await store.force(hostile, rules(), { to: "isolated", forMs: undefined, reason: "forced" });
        for (const other of names.slice(index + 1))
          expect((await store.report(other, rules(), counts({}))).state).toBe("closed");
      }
    });
  });
}

/** Counts with ages of almost nothing. */
function counts(given: Partial<BreakerCounts>): BreakerCounts {
  const { failed = 0 } = given;
  const row = Array.from({ length: Math.min(failed, 100) }, () => given.lastFailureAgeMs ?? 0);
  return {
    version: Number.MAX_SAFE_INTEGER,
    succeeded: 0,
    lastSuccessAgeMs: 0,
    lastFailureAgeMs: 0,
    rowAgesMs: row,
    ...given,
    failed,
  };
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
