import { createFakeClock } from "@sluice/core/testing";
import { memoryControlStore } from "@sluice/limiter";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createControl } from "../control/create-control.js";
import { checkPolicies } from "../policies/check-policies.js";
import type { Policy } from "../policies/policy.js";
import { createPolicies } from "./policies.js";

const entry = { action: "policy.add", subject: "login", author: "a newer version" };
const login: Policy = { name: "login", scope: "user", windows: [{ limit: 2, per: "hour" }] };
/** As a later version may store it. */
const unreadable = JSON.stringify({ ...login, algorithm: "gcra" });

function made() {
  const clock = createFakeClock();
  const control = createControl({ store: memoryControlStore(), space: "s", clock });
  const policies = createPolicies({
    control,
    author: "tester",
    own: checkPolicies([login]),
    written: [login],
    cacheMs: 60_000,
    clock,
  });
  const limitOf = (name: string): number | undefined =>
    policies.inUse().find((policy) => policy.name === name)?.windows[0]?.limit;
  const store = (records: Readonly<Record<string, string | undefined>>) => control.change({ records, entry });
  return { policies, limitOf, store };
}

const warned = vi.fn();
beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation(warned);
});
afterEach(() => {
  vi.restoreAllMocks();
  warned.mockReset();
});

it("a stored policy that this version cannot read leaves that of the code in force, and is told of once", async () => {
  const { policies, limitOf, store } = made();
  await store({ "policy/login": unreadable });
  expect([limitOf("login"), limitOf("login")]).toEqual([2, 2]);
  expect(await policies.list()).toMatchObject([{ name: "login", source: "code" }]);
  expect(warned).toHaveBeenCalledOnce();
  expect(warned.mock.calls[0]?.[0]).toMatch(/policy login cannot be read.*algorithm/);
});

it("and the stored one that could be read before it, until one that can be read takes its place", async () => {
  const { policies, limitOf, store } = made();
  await policies.add({ ...login, windows: [{ limit: 1, per: "hour" }] });
  expect(limitOf("login")).toBe(1);
  await store({ "policy/login": "{" });
  expect(limitOf("login")).toBe(1);
  await policies.add({ ...login, windows: [{ limit: 7, per: "hour" }] });
  expect(limitOf("login")).toBe(7);
});

it("takes none with it of those that can be read, and a removal of it removes it", async () => {
  const { policies, limitOf, store } = made();
  await policies.add({ ...login, name: "other" });
  await store({ "policy/login": unreadable, "policy/new": unreadable });
  expect([limitOf("login"), limitOf("other"), limitOf("new")]).toEqual([2, 2, undefined]);
  expect(await policies.remove("login")).toBe(true);
  expect(limitOf("login")).toBeUndefined();
});
