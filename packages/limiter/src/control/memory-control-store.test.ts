import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { controlContract } from "../testing/control-contract.js";
import { verifyAudit } from "./audit.js";
import { memoryControlStore } from "./memory-control-store.js";
import type { ControlStore } from "./store.js";

let store: ControlStore;
controlContract("the memory store", {
  open: () => (store = memoryControlStore()),
  openAgain: () => ({ ...store, close: async () => {} }),
  openSmall: () => (store = memoryControlStore({ auditMaxEntries: 5 })),
});

const entry = { action: "test.write", subject: "s", author: "tester" };

it("trims entries by their age, but never the newest", async () => {
  const clock = createFakeClock();
  const own = memoryControlStore({ clock, auditMaxAgeMs: 1000 });
  for (let n = 0; n < 3; n += 1) {
    await own.change("s", { records: {}, entry });
    await clock.advance(600);
  }
  expect((await own.read("s"))?.head).toMatchObject({ kept: 2, trimmed: 1 });
  await clock.advance(1e9);
  await own.change("s", { records: {}, entry });
  expect((await own.read("s"))?.head).toMatchObject({ kept: 1, trimmed: 3 });
});

it("lets no entry be older than the one before when the clock is set back", async () => {
  const clock = createFakeClock();
  const own = memoryControlStore({ clock });
  await own.change("s", { records: {}, entry });
  clock.shiftWall(-3_600_000);
  await own.change("s", { records: {}, entry });
  const entries = await own.audit("s");
  expect(entries[1]?.atMs).toBe(entries[0]?.atMs);
  expect(verifyAudit(entries)).toMatchObject({ intact: true });
});

it("refuses bounds that are out of range", () => {
  for (const options of [
    { auditMaxEntries: 0 },
    { auditMaxEntries: 1.5 },
    { auditMaxAgeMs: 0 },
    { auditMaxAgeMs: Number.NaN },
  ])
    expect(() => memoryControlStore(options)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});

it("keeps entries that are as old as may be, and the newest however old it is", async () => {
  const clock = createFakeClock();
  const own = memoryControlStore({ clock, auditMaxAgeMs: 1000 });
  await own.change("s", { records: {}, entry });
  await clock.advance(1000);
  await own.change("s", { records: {}, entry });
  expect((await own.read("s"))?.head).toMatchObject({ kept: 2, trimmed: 0 });
  await clock.advance(1);
  await own.change("s", { records: {}, entry });
  expect((await own.read("s"))?.head).toMatchObject({ kept: 2, trimmed: 1 });
});

it("numbers the entries of one millisecond, and begins anew in the next", async () => {
  const clock = createFakeClock(5000);
  const own = memoryControlStore({ clock });
  for (let n = 0; n < 3; n += 1) await own.change("s", { records: {}, entry });
  await clock.advance(1);
  await own.change("s", { records: {}, entry });
  const ids = (await own.audit("s")).map(({ id }) => id);
  expect(ids).toEqual(["5000-0", "5000-1", "5000-2", "5001-0"]);
  expect((await own.audit("s", { after: "5000-1" })).map(({ id }) => id)).toEqual(ids.slice(2));
});

it("gives each life of a space a name of its own, and forgets all when it is closed", async () => {
  const own = memoryControlStore();
  const generations = new Set<string>();
  for (const space of ["a", "b", "c"]) {
    await own.change(space, { records: { x: "1" }, entry });
    generations.add((await own.read(space))?.head.generation ?? "");
  }
  expect(generations.size).toBe(3);
  for (const one of generations) expect(one).toMatch(/^[0-9a-f]{32}$/);
  const { version, head } = (await own.read("a")) ?? expect.fail("there is a space");
  expect(await own.read("a", { version, generation: head.generation })).toBeUndefined();
  expect(await own.read("a", { version, generation: "another" })).toMatchObject({ version });
  await own.close();
  expect(await own.read("a")).toMatchObject({ version: 0, records: new Map() });
});

describe("a change", () => {
  const write = (draft: object, records: Record<string, string> = {}) =>
    memoryControlStore().change("s", { records, entry: { ...entry, ...draft } });

  it.each([
    ["entry.action", { action: "1 is no letter" }],
    ["entry.action", { action: 7 }],
    ["entry.action", { action: "a".repeat(65) }],
    ["entry.subject", { subject: "" }],
    ["entry.author", { author: "x".repeat(201) }],
    ["entry.reason", { reason: "" }],
    ["entry.detail", { detail: { at: new Date(0) } }],
    ["entry.detail", { detail: { call: () => {} } }],
    ["entry.detail", { detail: { half: Number.NaN } }],
    ["entry.detail", { detail: "x".repeat(64 * 1024) }],
  ])("names %s when it is out of range: %j", async (option, draft) => {
    const error = await write(draft).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", option, accepted: expect.stringMatching(/./) });
  });

  it("may have a detail up to the bound, and a reason only where one was given", async () => {
    const { entry: plain } = await write({});
    expect(Object.keys(plain)).not.toContain("reason");
    expect(Object.keys(plain)).not.toContain("detail");
    const around =
      '{"action":"test.write","atMs":0,"author":"tester","detail":"","reason":"why","subject":"s","version":0}'.length;
    const most = "x".repeat(64 * 1024 - around);
    expect((await write({ detail: most, reason: "why" })).entry).toMatchObject({ detail: most, reason: "why" });
    await expect(write({ detail: `${most}x`, reason: "why" })).rejects.toMatchObject({ option: "entry.detail" });
  });

  it("writes only what survives UTF-8", async () => {
    for (const whole of ["\u{1f600}", "a\u{1f600}b", "\ue000", "\ud7ff"])
      expect((await write({}, { r: whole })).version).toBe(1);
    for (const half of ["\ud83d", "\ude00", "a\ud83db", "\ude00\ud83d", "\ud83d\ud83d\ude00"])
      await expect(write({}, { r: half })).rejects.toMatchObject({
        option: 'change.records["r"]',
        accepted: "text without lone surrogates",
      });
  });

  it.each(["1", "1-", "-1", "1-2-3", "x1-2", "12345678901234567-0", 7])("%j is no id to page from", async (after) => {
    await expect(memoryControlStore().audit("s", { after: after as string })).rejects.toMatchObject({
      option: "after",
      accepted: "the id of an audit entry",
    });
  });
});
