import { afterEach, describe, expect, it } from "vitest";
import { noDigest, verifyAudit } from "../control/audit.js";
import type { ControlChange, ControlSight, ControlStore } from "../control/store.js";

/** What the suite needs to know of a control store. */
export interface ControlStoreUnderTest {
  /** A store of its own for each test, empty. */
  readonly open: () => ControlStore | Promise<ControlStore>;
  /** Another handle on the contents of the last store opened, as a second process has. */
  readonly openAgain: () => ControlStore | Promise<ControlStore>;
  /** The same, keeping no more than 5 audit entries. */
  readonly openSmall: () => ControlStore | Promise<ControlStore>;
}

/** The behaviour every control store must show, on a real clock. Call it in a test file of your own. */
export function controlContract(name: string, { open, openAgain, openSmall }: ControlStoreUnderTest): void {
  describe(`${name} keeps the control store's contract`, () => {
    const closers: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closers.splice(0)) await close();
    });
    const kept = async (opening: ControlStore | Promise<ControlStore>): Promise<ControlStore> => {
      const store = await opening;
      closers.push(() => store.close());
      return store;
    };
    const sight = async (store: ControlStore, space = "s"): Promise<ControlSight> => {
      const seen = await store.read(space);
      expect(seen).toBeDefined();
      return seen as ControlSight;
    };

    it("shows an empty space at version 0", async () => {
      const store = await kept(open());
      const { nowMs, ...rest } = await sight(store);
      expect(Math.abs(nowMs - Date.now())).toBeLessThan(5000);
      expect(rest).toEqual({
        version: 0,
        records: new Map(),
        head: { digest: noDigest, from: noDigest, kept: 0, trimmed: 0, generation: "" },
      });
      expect(await store.read("s", 0)).toBeUndefined();
      expect(await store.audit("s")).toEqual([]);
    });

    it("writes, replaces and deletes records, and shows them to every process", async () => {
      const store = await kept(open());
      const second = await kept(openAgain());
      expect(await store.change("s", write({ a: "1", b: "2" }))).toMatchObject({ version: 1 });
      expect((await sight(second)).records).toEqual(
        new Map([
          ["a", "1"],
          ["b", "2"],
        ]),
      );
      expect(await second.change("s", write({ a: "3", b: undefined, c: undefined }))).toMatchObject({ version: 2 });
      const seen = await sight(store);
      expect(seen).toMatchObject({ version: 2, head: { kept: 2, trimmed: 0 } });
      expect(seen.records).toEqual(new Map([["a", "3"]]));
    });

    it("says nothing to who knows the version already, and everything to who knows another one", async () => {
      const store = await kept(open());
      await store.change("s", write({ a: "1" }));
      expect(await store.read("s", 1)).toBeUndefined();
      expect(await store.read("s", 0)).toMatchObject({ version: 1 });
      expect(await store.read("s", 7)).toMatchObject({ version: 1 });
      const { generation } = (await sight(store)).head;
      expect(await store.read("s", { version: 1, generation })).toBeUndefined();
      expect(await store.read("s", { version: 1, generation: "another" })).toMatchObject({ version: 1 });
    });

    it("appends what was done, by whom and why, at the store's time", async () => {
      const store = await kept(open());
      const draft = {
        action: "policy.add",
        subject: "p \ud800 {}\r\n",
        author: "Ä 🙂",
        reason: "because",
        detail: { z: [1, 1.5, -0.25, null, true], __proto: "x", a: { "\u2028": "é" } },
      };
      const { entry } = await store.change("s", { records: {}, entry: draft });
      expect(entry).toMatchObject({ ...draft, version: 1 });
      expect(Math.abs(entry.atMs - Date.now())).toBeLessThan(5000);
      expect(await store.audit("s")).toEqual([entry]);
      expect((await sight(store)).head.digest).toBe(entry.digest);
    });

    it("chains the entries of all processes by their digests", async () => {
      const store = await kept(open());
      const second = await kept(openAgain());
      for (let n = 0; n < 6; n += 1) await (n % 2 === 0 ? store : second).change("s", write({ a: `${n}` }));
      const entries = await store.audit("s");
      expect(entries.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(verifyAudit(entries)).toEqual({ intact: true, head: (await sight(second)).head.digest });
    });

    it("pages through the audit from any entry on, and shows the newest", async () => {
      const store = await kept(open());
      for (let n = 1; n <= 7; n += 1) await store.change("s", write({ a: `${n}` }));
      const versions = async (options: Parameters<ControlStore["audit"]>[1]): Promise<readonly number[]> =>
        (await store.audit("s", options)).map(({ version }) => version);
      expect(await versions({ count: 3 })).toEqual([1, 2, 3]);
      const [, , third] = await store.audit("s");
      const after = third?.id ?? "";
      expect(await versions({ after, count: 2 })).toEqual([4, 5]);
      expect(await versions({ after })).toEqual([4, 5, 6, 7]);
      expect(await versions({ count: 2, newest: true })).toEqual([6, 7]);
      expect(await versions({ after, count: 100, newest: true })).toEqual([4, 5, 6, 7]);
      expect(await versions({ after: "9999999999999-0" })).toEqual([]);
    });

    it("refuses a change to another version than the one it was meant for, and writes nothing of it", async () => {
      const store = await kept(open());
      const second = await kept(openAgain());
      await store.change("s", { ...write({ a: "1" }), ifVersion: 0 });
      const late = second.change("s", { ...write({ a: "2" }), ifVersion: 0 });
      await expect(late).rejects.toMatchObject({ code: "CHANGE_CONFLICT", space: "s", version: 1 });
      expect(await sight(store)).toMatchObject({ version: 1, records: new Map([["a", "1"]]), head: { kept: 1 } });
    });

    it("loses none of many changes at once, and lets one alone through of those meant for the same version", async () => {
      const store = await kept(open());
      const second = await kept(openAgain());
      const either = (n: number): ControlStore => (n % 2 === 0 ? store : second);
      await Promise.all(Array.from({ length: 40 }, (_, n) => either(n).change("s", write({ [`r${n}`]: "1" }))));
      const { version, records } = await sight(store);
      expect([version, records.size]).toEqual([40, 40]);
      const same = await Promise.allSettled(
        Array.from({ length: 8 }, (_, n) => either(n).change("s", { ...write({ same: `${n}` }), ifVersion: 40 })),
      );
      expect(same.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const entries = await store.audit("s");
      expect(entries).toHaveLength(41);
      expect(verifyAudit(entries)).toMatchObject({ intact: true });
    });

    it("trims the oldest entries, counts them, and keeps the digest on which the rest builds", async () => {
      const store = await kept(openSmall());
      const entries = [];
      for (let n = 0; n < 12; n += 1) entries.push((await store.change("s", write({ a: `${n}` }))).entry);
      const { head } = await sight(store);
      expect(head).toMatchObject({ kept: 5, trimmed: 7, from: entries[6]?.digest, digest: entries[11]?.digest });
      const left = await store.audit("s");
      expect(left).toEqual(entries.slice(7));
      expect(verifyAudit(left, head.from)).toEqual({ intact: true, head: head.digest });
    });

    it("tells other processes of a change", async () => {
      const store = await kept(open());
      const second = await kept(openAgain());
      let heard = 0;
      const stop = second.onChange("s", () => (heard += 1));
      closers.push(async () => stop());
      const told = async (): Promise<number> => (await store.change("s", write({ a: "1" })), heard);
      await expect.poll(told, { timeout: 10_000 }).toBeGreaterThan(0);
      stop();
      const before = heard;
      await store.change("s", write({ a: "2" }));
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(heard).toBe(before);
    });

    it("keeps spaces apart, whatever their names are made of", async () => {
      const store = await kept(open());
      const names = ["a}b", "{}", "{a}b", "a:b", "a b", "a\r\nb", "\ud800", "\ud801", "__proto__", "x".repeat(256)];
      for (const [index, space] of names.entries()) await store.change(space, write({ a: `${index}` }));
      for (const [index, space] of names.entries())
        expect(await sight(store, space)).toMatchObject({ version: 1, records: new Map([["a", `${index}`]]) });
    });

    it("refuses what is out of range before anything is written", async () => {
      const store = await kept(open());
      const { entry } = write({});
      const cyclic: unknown[] = [];
      cyclic.push(cyclic);
      const wrong: readonly unknown[] = [
        write({ "": "1" }),
        write({ a: "" }),
        write({ a: "\ud800" }),
        write({ ["a".repeat(257)]: "1" }),
        write({ a: "x".repeat(300_000) }),
        { ...write({ a: "1" }), ifVersion: 0.5 },
        ...[{ action: "" }, { action: "a b" }, { subject: "" }, { author: "" }, { author: "x".repeat(201) }].map(
          (part) => ({ records: { a: "1" }, entry: { ...entry, ...part } }),
        ),
        ...[
          { reason: "" },
          { detail: Number.NaN },
          { detail: new Date() },
          { detail: () => 1 },
          { detail: cyclic },
        ].map((part) => ({ records: { a: "1" }, entry: { ...entry, ...part } })),
        { records: { a: "1" }, entry: { ...entry, detail: "x".repeat(70_000) } },
      ];
      for (const change of wrong)
        await expect(store.change("s", change as ControlChange)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
      for (const options of [
        { count: 0 },
        { count: 1.5 },
        { count: 10_001 },
        { after: "" },
        { after: "(1-1" },
        { after: "+" },
      ])
        await expect(store.audit("s", options)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
      expect(await sight(store)).toMatchObject({ version: 0, head: { kept: 0 } });
    });
  });
}

/** A change of these records. */
function write(records: Readonly<Record<string, string | undefined>>): ControlChange {
  return { records, entry: { action: "test.write", subject: "s", author: "tester" } };
}
