import { expect, it } from "vitest";
import { resolveCeiling } from "./ceiling.js";
import { checkOverride } from "./check-override.js";
import type { OverrideDraft } from "./override.js";
import { readOverride, writeOverride } from "./stored-override.js";

const nowMs = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;
const ceiling = resolveCeiling({});
const draft: OverrideDraft = {
  subject: { user: "alice" },
  kind: "grant",
  multiply: 2,
  until: nowMs + HOUR_MS,
  reason: "migration",
  author: "bob",
};
const check = (change: object, policies?: Parameters<typeof checkOverride>[1]["policies"]) =>
  checkOverride({ ...draft, ...change } as OverrideDraft, {
    ceiling,
    nowMs,
    ...(policies === undefined ? {} : { policies }),
  });
const policy = {
  name: "global",
  windows: [{ limit: 100, windowMs: 60_000, burst: 20 }],
  algorithm: "tokenBucket",
  burstStrategy: "fixed",
  cost: 1,
} as const;

it("fills in what is not said", () => {
  expect(check({})).toEqual({
    subject: { user: "alice" },
    kind: "grant",
    policies: undefined,
    windows: undefined,
    multiply: 2,
    unlimited: false,
    untilMs: nowMs + HOUR_MS,
    reason: "migration",
    author: "bob",
    grantedMs: nowMs,
    factor: 10,
  });
  expect(check({ until: new Date(nowMs + 5000) }).untilMs).toBe(nowMs + 5000);
  expect(check({ kind: "allow", multiply: undefined }).unlimited).toBe(true);
  expect(check({ subject: { ip: "10.1.2.3/8" } }).subject).toEqual({ ip: "10.0.0.0/8" });
  expect(check({ subject: { policy: "global" } }, [policy]).policies).toEqual(["global"]);
  expect(check({ subject: { policy: "*" } }).policies).toBeUndefined();
  expect(check({ multiply: undefined, windows: [{ limit: 500, per: "minute" }] }, [policy]).windows).toEqual([
    { limit: 500, windowMs: 60_000, burst: 0 },
  ]);
});

const wrong: readonly (readonly [object, string])[] = [
  [{ until: undefined }, "until"],
  [{ until: Number.NaN }, "until"],
  [{ until: Number.POSITIVE_INFINITY }, "until"],
  [{ until: "2026-02-01" }, "until"],
  [{ until: new Date(Number.NaN) }, "until"],
  [{ until: nowMs }, "until"],
  [{ until: nowMs + 31 * 24 * HOUR_MS }, "until"],
  [{ until: nowMs + 100 * 365 * 24 * HOUR_MS }, "until"],
  [{ multiply: undefined, unlimited: true, until: nowMs + 25 * HOUR_MS }, "until"],
  [{ kind: "allow", multiply: undefined, until: nowMs + 25 * HOUR_MS }, "until"],
  [{ kind: "emergency", multiply: undefined, until: nowMs + 25 * HOUR_MS }, "until"],
  [{ reason: undefined }, "reason"],
  [{ reason: "ab" }, "reason"],
  [{ reason: "x  " }, "reason"],
  [{ reason: "x".repeat(501) }, "reason"],
  [{ author: undefined }, "author"],
  [{ author: "x".repeat(201) }, "author"],
  [{ kind: "other" }, "kind"],
  [{ kind: "allow" }, "multiply"],
  [{ multiply: undefined }, "grant"],
  [{ unlimited: true }, "grant"],
  [{ unlimited: false }, "unlimited"],
  [{ multiply: 0 }, "multiply"],
  [{ multiply: -1 }, "multiply"],
  [{ multiply: 10.1 }, "multiply"],
  [{ multiply: Number.NaN }, "multiply"],
  [{ multiply: undefined, windows: [] }, "windows"],
  [{ multiply: undefined, windows: [{ limit: 1e9, per: "minute" }] }, "windows[0].limit"],
  [{ multiply: undefined, windows: [{ limit: 1001, per: "minute" }] }, "windows"],
  [{ multiply: undefined, windows: [{ limit: 10, per: "week" }] }, "windows[0].per"],
  [{ multiply: undefined, windows: [{ limit: 10, per: "minute", windowMs: 5 }] }, "windows[0]"],
  [{ multiply: undefined, windows: [{ limit: 10, per: "minute", burst: 1e6 }] }, "windows[0].burst"],
  [{ multiply: undefined, windows: [{ limit: 10, per: "minute", more: 1 }] }, "windows[0].more"],
  [{ subject: undefined }, "subject"],
  [{ subject: {} }, "subject"],
  [{ subject: { user: "a", tenant: "b" } }, "subject"],
  [{ subject: { group: "a" } }, "subject"],
  [{ subject: { user: "" } }, "subject.user"],
  [{ subject: { ip: "10.0.0.0/33" } }, "subject.ip"],
  [{ subject: { endpoint: "a b c" } }, "subject.endpoint"],
  [{ subject: { policy: "glob*" } }, "subject.policy"],
  [{ subject: { policy: "other" } }, "subject.policy"],
  [{ policies: [] }, "policies"],
  [{ policies: ["typo"] }, "policies[0]"],
  [{ subject: { policy: "*" }, policies: ["global"] }, "policies"],
  [{ more: 1 }, "more"],
];

it.each(wrong)("refuses %j, naming %s", (change, option) => {
  expect(() => check(change, [policy])).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", option }));
});

it("shows no API key, neither in what is stored nor in errors", () => {
  const stored = check({ subject: { apiKey: "k-secret-marker" } });
  expect(JSON.stringify(stored)).not.toContain("marker");
  expect(stored.subject.apiKey).toMatch(/^sha256:[0-9a-f]{32}$/);
  const error = (() => {
    try {
      check({ subject: { apiKey: { toString: () => "k-secret-marker" } } });
      return undefined;
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(String(error)).toContain("[secret]");
  expect(String(error)).not.toContain("marker");
});

it("comes back from its record as it was", () => {
  for (const change of [
    {},
    { kind: "allow", multiply: undefined },
    { multiply: undefined, unlimited: true },
    { multiply: undefined, windows: [{ limit: 5, per: "hour", burst: 2 }], policies: ["global"] },
    { subject: { policy: "global" } },
    { subject: { apiKey: "k" } },
  ]) {
    const override = { id: "1", ...check(change) };
    expect(readOverride("override/1", writeOverride(override))).toEqual(override);
  }
});

it("a record that was written by hand does not hold when it has no end, ends too late, goes too far, or is not its own", () => {
  const text = writeOverride({ id: "1", ...check({}) });
  const by = (change: object) =>
    readOverride("override/1", JSON.stringify({ ...(JSON.parse(text) as object), ...change }));
  expect(by({})).toBeDefined();
  for (const change of [
    { untilMs: undefined },
    { untilMs: null },
    { untilMs: nowMs + 367 * 24 * HOUR_MS },
    { grantedMs: undefined },
    { factor: 1e9 },
    { factor: undefined },
    { multiply: 11 },
    { id: "2" },
    { v: 2 },
    { subject: { user: "a", tenant: "b" } },
    { constructor: 1 },
  ])
    expect(by(change)).toBeUndefined();
  for (const junk of ["", "null", "[]", "{", "7"]) expect(readOverride("override/1", junk)).toBeUndefined();
});
