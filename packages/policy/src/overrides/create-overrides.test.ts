import { createFakeClock, type FakeClock } from "@sluice/core/testing";
import { type ControlStore, memoryControlStore } from "@sluice/limiter";
import { beforeEach, expect, it, vi } from "vitest";
import type { Control } from "../control/control.js";
import { createControl } from "../control/create-control.js";
import { createOverrides } from "./create-overrides.js";
import type { OverrideDraft } from "./override.js";
import type { Overrides } from "./overrides.js";

const HOUR_MS = 3_600_000;
let clock: FakeClock;
let store: ControlStore;
let control: Control;
let overrides: Overrides;

beforeEach(async () => {
  clock = createFakeClock();
  store = memoryControlStore({ clock });
  control = createControl({ store, space: "s", clock });
  overrides = createOverrides(control);
  await control.ready();
});

const draft = (change: Partial<OverrideDraft> = {}): OverrideDraft => ({
  subject: { user: "alice" },
  kind: "grant",
  multiply: 2,
  until: control.nowMs() + HOUR_MS,
  reason: "migration",
  author: "bob",
  ...change,
});
const unlimited = (kind: "allow" | "emergency", change: Partial<OverrideDraft> = {}): OverrideDraft => {
  const { multiply: _none, ...rest } = draft(change);
  return { ...rest, kind };
};

it("grants to one subject and to nobody else, until its end by the store's clock", async () => {
  const granted = await overrides.grant(draft());
  expect(await overrides.check({ user: "alice" })).toEqual(granted);
  expect(await overrides.check({ user: "alice2", tenant: "alice", roles: ["alice"], apiKey: "alice" })).toBeUndefined();
  await clock.advance(HOUR_MS - 1);
  expect(overrides.of({ user: "alice" })).toEqual(granted);
  await clock.advance(1);
  expect(overrides.of({ user: "alice" })).toBeUndefined();
});

it("writes an entry with each change: who, why, and what", async () => {
  const { id } = await overrides.grant(draft());
  expect(await overrides.revoke(id, { author: "carol", reason: "not needed" })).toBe(true);
  expect(await overrides.revoke(id, { author: "carol", reason: "not needed" })).toBe(false);
  expect(overrides.of({ user: "alice" })).toBeUndefined();
  const entries = await store.audit("s");
  expect(entries).toMatchObject([
    {
      action: "override.grant",
      subject: id,
      author: "bob",
      reason: "migration",
      detail: { subject: { user: "alice" }, multiply: 2 },
    },
    {
      action: "override.revoke",
      subject: id,
      author: "carol",
      reason: "not needed",
      detail: { subject: { user: "alice" } },
    },
  ]);
});

it("needs an author and a reason for a revocation too", async () => {
  const { id } = await overrides.grant(draft());
  for (const why of [{ author: "", reason: "because" }, { author: "carol", reason: "no" }, {}, undefined])
    await expect(overrides.revoke(id, why as { author: string; reason: string })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });
  expect(await overrides.list()).toHaveLength(1);
});

it("prefers the most specific subject, whatever the kind", async () => {
  const subjects: OverrideDraft["subject"][] = [
    { policy: "*" },
    { policy: "global" },
    { apiKey: "k" },
    { ip: "10.0.0.0/8" },
    { ip: "10.1.0.0/16" },
    { ip: "10.1.2.3" },
    { tenant: "t" },
    { role: "r" },
    { user: "u" },
    { endpoint: "/api/**" },
    { endpoint: "GET /api/:id" },
  ];
  const everything = { endpoint: "GET /api/7", user: "u", roles: ["q", "r"], tenant: "t", ip: "10.1.2.3", apiKey: "k" };
  for (const [index, subject] of subjects.entries()) {
    const { id } = await overrides.grant(index === 0 ? unlimited("emergency", { subject }) : draft({ subject }));
    expect(overrides.of(everything, "global")?.id).toBe(id);
  }
});

it("of one subject, an emergency goes before the allow-list, that before a grant, and the newest first", async () => {
  const ids: string[] = [];
  for (const one of [draft(), draft({ multiply: 3 }), unlimited("allow"), unlimited("emergency")]) {
    await clock.advance(1);
    const { id } = await overrides.grant(one);
    ids.push(id);
    expect(overrides.of({ user: "alice" })?.id).toBe(id);
  }
  for (const id of ids.toReversed()) {
    expect(overrides.of({ user: "alice" })?.id).toBe(id);
    await overrides.revoke(id, { author: "bob", reason: "back again" });
  }
});

it("changes only the policies that it names", async () => {
  const { id } = await overrides.grant(draft({ policies: ["login"] }));
  expect(overrides.of({ user: "alice" }, "login")?.id).toBe(id);
  expect(overrides.of({ user: "alice" }, "global")).toBeUndefined();
  expect(overrides.of({ user: "alice" })?.id).toBe(id);
});

it("finds networks of either kind, and an IPv4 address that is written as IPv6", async () => {
  await overrides.grant(draft({ subject: { ip: "192.0.2.0/24" } }));
  await overrides.grant(draft({ subject: { ip: "2001:db8::/32" } }));
  for (const ip of ["192.0.2.7", "::ffff:192.0.2.7", "2001:DB8:1::1"]) expect(overrides.of({ ip })).toBeDefined();
  for (const ip of ["192.0.3.7", "2001:db9::1", "nonsense"]) expect(overrides.of({ ip })).toBeUndefined();
});

it("keeps an API key to itself, and does not take its digest for it", async () => {
  const { subject } = await overrides.grant(draft({ subject: { apiKey: "k-marker" } }));
  expect(overrides.of({ apiKey: "k-marker" })).toBeDefined();
  expect(overrides.of({ apiKey: subject.apiKey ?? "" })).toBeUndefined();
  const stored = [...control.records, ...(await store.audit("s")).map((entry) => JSON.stringify(entry))];
  expect(JSON.stringify(stored)).not.toContain("marker");
});

it("lists those that hold, the first to end first, and on demand those that have ended lately", async () => {
  await overrides.grant(draft({ subject: { user: "b" }, until: control.nowMs() + 2 * HOUR_MS }));
  await overrides.grant(draft({ subject: { user: "a" } }));
  const users = async (options?: { expired: boolean }) =>
    (await overrides.list(options)).map(({ subject }) => subject.user);
  expect(await users()).toEqual(["a", "b"]);
  await clock.advance(1.5 * HOUR_MS);
  expect(await users()).toEqual(["b"]);
  expect(await users({ expired: true })).toEqual(["a", "b"]);
});

it("whoever changes something takes along what ended an hour ago, and says so", async () => {
  const { id } = await overrides.grant(draft());
  await clock.advance(2 * HOUR_MS + 1);
  expect(control.records.size).toBe(1);
  await overrides.grant(draft({ subject: { user: "b" } }));
  expect(control.records.size).toBe(1);
  expect((await store.audit("s")).at(-1)?.detail).toMatchObject({ expired: [id] });
});

it("ignores records it cannot read, and says so once", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const entry = { action: "by.hand", subject: "s", author: "mallory" };
  const endless = JSON.stringify({
    v: 1,
    id: "x",
    subject: { policy: "*" },
    kind: "allow",
    reason: "mine",
    author: "m",
    factor: 10,
    grantedMs: 0,
    untilMs: 1e15,
  });
  await control.change({ records: { "override/x": endless, "override/y": "{" }, entry });
  for (let n = 0; n < 3; n += 1) expect(overrides.of({ user: "alice" }, "global")).toBeUndefined();
  expect(warned).toHaveBeenCalledTimes(2);
  warned.mockRestore();
  expect(await overrides.revoke("x", { author: "bob", reason: "by hand" })).toBe(true);
  expect(control.record("override/x")).toBeUndefined();
});

it("refuses more than it may hold, and ceilings that are out of range", async () => {
  const few = createOverrides(control, { maxOverrides: 2 });
  await few.grant(draft());
  await few.grant(draft());
  await expect(few.grant(draft())).rejects.toMatchObject({ code: "CONFIG_INVALID", option: "override" });
  await clock.advance(HOUR_MS);
  await few.grant(draft());
  for (const ceiling of [
    { maxDurationMs: 1e12 },
    { maxUnlimitedMs: -1 },
    { maxLimitFactor: 0.5 },
    { maxLimit: 0 },
    { maxOverrides: 0 },
  ])
    expect(() => createOverrides(control, ceiling)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});

it("says in time what holds for one of 10 000", async () => {
  const records = Object.fromEntries(
    await Promise.all(
      Array.from({ length: 10_000 }, async (_, n) => {
        const id = `id${n}`;
        const override = {
          v: 1,
          id,
          subject: { user: `u${n}` },
          kind: "grant",
          multiply: 2,
          factor: 10,
          reason: "many",
          author: "bob",
          grantedMs: control.nowMs(),
          untilMs: control.nowMs() + HOUR_MS,
        };
        return [`override/${id}`, JSON.stringify(override)] as const;
      }),
    ),
  );
  await control.change({ records, entry: { action: "test.many", subject: "s", author: "bob" } });
  expect(overrides.of({ user: "u77" })?.id).toBe("id77");
  const startedMs = performance.now();
  const LOOKS = 200_000;
  for (let n = 0; n < LOOKS; n += 1) overrides.of({ user: `u${n % 20_000}`, tenant: "t", ip: "10.0.0.1" }, "global");
  const eachUs = ((performance.now() - startedMs) * 1000) / LOOKS;
  console.log(`an override of 10 000: ${eachUs.toFixed(2)} us`);
  expect(eachUs).toBeLessThan(50);
});
