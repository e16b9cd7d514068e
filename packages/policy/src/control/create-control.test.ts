import { StoreUnavailableError } from "@sluice/core";
import { createFakeClock, type FakeClock } from "@sluice/core/testing";
import { type ControlStore, memoryControlStore } from "@sluice/limiter";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Control, ControlNews } from "./control.js";
import { createControl } from "./create-control.js";
import type { ControlOptions } from "./options.js";

const entry = { action: "test.write", subject: "s", author: "tester" };
let clock: FakeClock;
let store: ReturnType<typeof unreliable>;
const open: Control[] = [];

beforeEach(() => {
  clock = createFakeClock();
  store = unreliable(memoryControlStore({ clock }));
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

function control(options: Partial<ControlOptions> = {}): Control {
  const made = createControl({ store, space: "s", clock, random: () => 1, startTimeoutMs: 0, ...options });
  open.push(made);
  return made;
}

it("has the records of the store once it is ready, and what it changes itself at once", async () => {
  await store.change("s", { records: { a: "1" }, entry });
  const one = control();
  expect([one.isReady, one.version, one.record("a")]).toEqual([false, 0, undefined]);
  await one.ready();
  expect([one.isReady, one.version, one.record("a")]).toEqual([true, 1, "1"]);
  const changed = await one.change({ records: { a: undefined, b: "2" }, entry });
  expect(changed.version).toBe(2);
  expect([one.version, ...one.records]).toEqual([2, ["b", "2"]]);
});

it("hears of a change at once, and tells which records are different", async () => {
  const news: ControlNews[] = [];
  const one = control({ onChange: (told) => news.push(told) });
  const other = control();
  await Promise.all([one.ready(), other.ready()]);
  await other.change({ records: { a: "1", b: "1" }, entry });
  await other.change({ records: { a: "2", b: "1", c: undefined }, entry });
  await other.change({ records: { b: undefined }, entry });
  await clock.advance(0);
  expect(one.version).toBe(3);
  const names = new Set(news.flatMap(({ changed }) => changed));
  expect(names).toEqual(new Set(["a", "b"]));
  expect(news.at(-1)?.version).toBe(3);
});

it("finds a change whose notification was lost within one interval", async () => {
  store.deaf = true;
  const one = control({ pollMs: 500 });
  await one.ready();
  await store.change("s", { records: { a: "1" }, entry });
  await clock.advance(100);
  expect(one.record("a")).toBeUndefined();
  await clock.advance(400);
  expect(one.record("a")).toBe("1");
});

it("keeps the last good copy while the store is away, tells its age, and goes on by itself", async () => {
  const one = control({ pollMs: 500 });
  await store.change("s", { records: { a: "1" }, entry });
  await one.ready();
  await clock.advance(5000);
  expect(one.ageMs).toBe(0);
  store.away = true;
  await clock.advance(60_000);
  expect(one.record("a")).toBe("1");
  expect(one.ageMs).toBeGreaterThanOrEqual(59_500);
  await expect(one.change({ records: {}, entry })).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  await expect(one.refresh()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  store.away = false;
  await store.change("s", { records: { a: "2" }, entry });
  await clock.advance(500);
  expect([one.record("a"), one.ageMs]).toEqual(["2", 0]);
});

it("refuses to start without a copy, and can be asked again", async () => {
  store.away = true;
  const one = control();
  await expect(one.ready()).rejects.toMatchObject({ code: "POLICIES_UNAVAILABLE" });
  expect(one.isReady).toBe(false);
  store.away = false;
  await one.ready();
  expect(one.isReady).toBe(true);
});

it("waits at the start for a store that comes a little late", async () => {
  store.away = true;
  const one = control({ startTimeoutMs: 2000 });
  const ready = one.ready();
  await clock.advance(1000);
  store.away = false;
  await clock.advance(200);
  await ready;
  expect(one.isReady).toBe(true);
});

it("uses embedded defaults when the store is away at the start, names them in a warning, and leaves them when it is back", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  await store.change("s", { records: { a: "stored" }, entry });
  store.away = true;
  const one = control({ embedded: { "policy/strict": "{}" } });
  await one.ready();
  expect([one.isReady, one.isEmbedded, [...one.records]]).toEqual([true, true, [["policy/strict", "{}"]]]);
  expect(warned.mock.calls[0]?.[0]).toContain("policy/strict");
  warned.mockRestore();
  store.away = false;
  await clock.advance(500);
  expect([one.isEmbedded, [...one.records]]).toEqual([false, [["a", "stored"]]]);
});

it("that is closed while it tries to start neither becomes ready nor warns of defaults, and listens no more", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  store.away = true;
  const one = control({ embedded: { "policy/strict": "{}" }, startTimeoutMs: 1000 });
  const ready = one.ready();
  const refused = expect(ready).rejects.toMatchObject({ code: "POLICIES_UNAVAILABLE" });
  await clock.advance(50);
  await one.close();
  await clock.advance(2000);
  await refused;
  const own = warned.mock.calls.filter(([text]) => String(text).includes("policy/strict"));
  warned.mockRestore();
  expect([own, one.isReady]).toEqual([[], false]);

  store.away = false;
  const listening = vi.spyOn(store, "onChange");
  const closed = control();
  await closed.close();
  await closed.ready();
  expect(listening).not.toHaveBeenCalled();
});

it("tells the second of two who change the same version of the conflict", async () => {
  const [one, other] = [control(), control()];
  await Promise.all([one.ready(), other.ready()]);
  await one.change({ records: { a: "1" }, entry, ifVersion: 0 });
  await expect(other.change({ records: { a: "2" }, entry, ifVersion: 0 })).rejects.toMatchObject({
    code: "CHANGE_CONFLICT",
    version: 1,
  });
  expect(other.record("a")).toBe("1");
});

it("goes by the store's clock, whatever this machine's wall shows", async () => {
  const storeClock = createFakeClock(Date.UTC(2030, 0, 1));
  const one = createControl({ store: memoryControlStore({ clock: storeClock }), space: "s", clock });
  open.push(one);
  await one.ready();
  clock.shiftWall(600_000);
  await clock.advance(1000);
  expect(one.nowMs()).toBe(Date.UTC(2030, 0, 1) + 1000);
  // A store whose clock was set is noticed within a minute.
  storeClock.shiftWall(3_600_000);
  await clock.advance(61_000);
  expect(one.nowMs()).toBeGreaterThan(Date.UTC(2030, 0, 1) + 3_600_000);
});

it("writes the last good copy into a store that lost it, once, keeps what is there already, and says so in the audit", async () => {
  const [one, other] = [control(), control()];
  await one.change({ records: { a: "1", b: "1" }, entry });
  await Promise.all([one.ready(), other.ready()]);
  store.replace(memoryControlStore({ clock }));
  await store.change("s", { records: { b: "another" }, entry });
  await clock.advance(1000);
  for (const each of [one, other])
    expect(new Map(each.records)).toEqual(
      new Map([
        ["b", "another"],
        ["a", "1"],
      ]),
    );
  const actions = (await store.audit("s")).map(({ action }) => action);
  expect(actions).toEqual(["test.write", "store.lost"]);
});

it("a change made at once after the loss does not take the place of what was lost", async () => {
  const one = control();
  await one.change({ records: { a: "1" }, entry });
  await one.ready();
  store.replace(memoryControlStore({ clock }));
  await one.change({ records: { b: "2" }, entry });
  expect(new Map(one.records)).toEqual(
    new Map([
      ["a", "1"],
      ["b", "2"],
    ]),
  );
});

it("a listener that throws disturbs nobody", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const heard: number[] = [];
  const one = control();
  one.onChange(() => {
    throw new Error("mine");
  });
  const stop = one.onChange(({ version }) => heard.push(version));
  await one.change({ records: { a: "1" }, entry });
  stop();
  await one.change({ records: { a: "2" }, entry });
  expect(heard).toEqual([1]);
  expect(warned).toHaveBeenCalled();
  warned.mockRestore();
});

it("asks the store no more than once in an interval, and not at all once it is closed", async () => {
  const one = control({ pollMs: 500 });
  await one.ready();
  store.reads = 0;
  await clock.advance(10_000);
  expect(store.reads).toBeLessThanOrEqual(20);
  expect(store.reads).toBeGreaterThanOrEqual(19);
  await one.close();
  store.reads = 0;
  await clock.advance(10_000);
  expect([store.reads, clock.pending]).toEqual([0, 0]);
});

it("refuses options that are out of range", () => {
  for (const wrong of [{ space: "" }, { pollMs: 0 }, { pollMs: Number.NaN }, { startTimeoutMs: -1 }])
    expect(() => createControl({ store, space: "s", ...wrong })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
});

/** A store that goes away, and whose notifications are lost, when told to. */
function unreliable(
  first: ControlStore,
): ControlStore & { away: boolean; deaf: boolean; reads: number; replace(next: ControlStore): void } {
  let inner = first;
  const reach = (): void => {
    if (self.away) throw new StoreUnavailableError("away");
  };
  const self = {
    away: false,
    deaf: false,
    reads: 0,
    replace: (next: ControlStore) => void (inner = next),
    async read(...args: Parameters<ControlStore["read"]>) {
      self.reads += 1;
      reach();
      return inner.read(...args);
    },
    async change(...args: Parameters<ControlStore["change"]>) {
      reach();
      return inner.change(...args);
    },
    onChange: (space: string, listener: () => void) => inner.onChange(space, () => void (self.deaf || listener())),
    async audit(...args: Parameters<ControlStore["audit"]>) {
      reach();
      return inner.audit(...args);
    },
    close: async () => {},
  };
  return self;
}
