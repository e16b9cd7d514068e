import { createFakeClock } from "@sluice/core/testing";
import { expect, it } from "vitest";
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
