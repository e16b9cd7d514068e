import { createFakeClock } from "@sluice/core/testing";
import { type AuditEntry, type ControlStore, memoryControlStore } from "@sluice/limiter";
import { expect, it } from "vitest";
import { createControl } from "../control/create-control.js";
import { createAuditTrail } from "./audit-trail.js";

const entry = { action: "test.write", subject: "s", author: "tester" };

function made(store: ControlStore) {
  const clock = createFakeClock();
  const control = createControl({ store, space: "s", clock });
  return { clock, control, audit: createAuditTrail(control, { clock }) };
}

async function filled(entries: number, options?: Parameters<typeof memoryControlStore>[0]): Promise<ControlStore> {
  const store = memoryControlStore(options);
  for (let n = 1; n <= entries; n += 1) await store.change("s", { records: { a: `${n}` }, entry });
  return store;
}

/** The store as somebody left it who changed the entries on their way to disk. */
function tampered(
  store: ControlStore,
  tamper: (entries: readonly AuditEntry[]) => readonly AuditEntry[],
): ControlStore {
  return {
    ...store,
    async audit(space, { after, count = 100 } = {}) {
      const entries = tamper(await store.audit(space, { count: 10_000 }));
      const first = after === undefined ? 0 : entries.findIndex(({ id }) => id === after) + 1;
      return entries.slice(first, first + count);
    },
  };
}

it("shows the newest entries, or those after one", async () => {
  const { audit, control } = made(await filled(7));
  const versions = (entries: readonly AuditEntry[]) => entries.map(({ version }) => version);
  expect(versions(await audit.tail({ count: 2 }))).toEqual([6, 7]);
  const [, , third] = await audit.tail();
  expect(versions(await audit.tail({ after: third?.id ?? "", count: 2 }))).toEqual([4, 5]);
  await control.close();
});

it("follows: the newest first, then each as it is written, until it is stopped", async () => {
  const store = await filled(3);
  const { audit, control, clock } = made(store);
  await control.ready();
  const stop = new AbortController();
  const seen: number[] = [];
  const following = (async () => {
    for await (const { version } of audit.tail({ follow: true, count: 2, signal: stop.signal })) seen.push(version);
  })();
  await clock.advance(0);
  expect(seen).toEqual([2, 3]);
  await store.change("s", { records: { a: "x" }, entry });
  await clock.advance(0);
  expect(seen).toEqual([2, 3, 4]);
  stop.abort(new Error("enough"));
  await expect(following).rejects.toThrow("enough");
  await control.close();
});

it("finds a whole chain intact, over pages and after trimming", async () => {
  const whole = made(await filled(2500));
  expect(await whole.audit.verify()).toMatchObject({ intact: true, entries: 2500, trimmed: 0 });
  const trimmed = made(await filled(2500, { auditMaxEntries: 1200 }));
  expect(await trimmed.audit.verify()).toMatchObject({ intact: true, entries: 1200, trimmed: 1300 });
  const empty = made(memoryControlStore());
  expect(await empty.audit.verify()).toMatchObject({ intact: true, entries: 0 });
});

it("names the entry that breaks the chain, on any page and at any edge of one", async () => {
  const store = await filled(2500);
  for (const at of [0, 1, 998, 999, 1000, 1001, 1999, 2000, 2498, 2499]) {
    const id = (await store.audit("s", { count: 10_000 }))[at]?.id;
    const edited = tampered(store, (all) => all.with(at, { ...(all[at] as AuditEntry), author: "somebody" }));
    expect(await made(edited).audit.verify()).toMatchObject({ intact: false, at: id });
    const gone = tampered(store, (all) => all.toSpliced(at, 1));
    const next = (await store.audit("s", { count: 10_000 }))[at === 2499 ? 2498 : at + 1]?.id;
    expect(await made(gone).audit.verify()).toMatchObject({ intact: false, at: next });
  }
});

it("finds out when all entries are gone, and when the whole chain is another one than was noted", async () => {
  const store = await filled(10);
  const { head } = (await made(store).audit.verify()) as { readonly head: string };
  const emptied = made(tampered(store, () => []));
  expect(await emptied.audit.verify()).toMatchObject({ intact: false, at: "" });
  await store.change("s", { records: {}, entry });
  expect(await made(store).audit.verify({ noted: head })).toMatchObject({ intact: true });
  const other = memoryControlStore();
  const another = { ...entry, author: "somebody" };
  for (let n = 1; n <= 10; n += 1) await other.change("s", { records: { a: `${n}` }, entry: another });
  expect(await made(other).audit.verify({ noted: head })).toMatchObject({
    intact: false,
    why: expect.stringContaining("noted"),
  });
});

it("a noted digest that is none is refused, rather than taken for one that is not in the chain", async () => {
  const { audit } = made(memoryControlStore());
  for (const noted of ["abc", "A".repeat(64), 5 as never])
    await expect(audit.verify({ noted })).rejects.toMatchObject({ code: "CONFIG_INVALID", option: "noted" });
  const { head } = (await audit.verify()) as { readonly head: string };
  expect(await audit.verify({ noted: head })).toMatchObject({ intact: true, entries: 0 });
});
