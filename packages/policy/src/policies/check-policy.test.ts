import { ConfigError } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { apiKeyDigest } from "./api-key-digest.js";
import { checkPolicy } from "./check-policy.js";
import type { Policy } from "./policy.js";

const windows = [{ limit: 10, per: "minute" }] as const;
const least: Policy = { name: "least", scope: "user", windows };

describe("checkPolicy", () => {
  it("fills in what was left out", () => {
    expect(checkPolicy(least)).toStrictEqual({
      name: "least",
      description: "",
      scope: "user",
      values: undefined,
      except: undefined,
      per: ["user"],
      windows: [{ limit: 10, windowMs: 60_000, burst: 0 }],
      algorithm: "tokenBucket",
      burstStrategy: "fixed",
      strategy: "reject",
      mode: "enforce",
      priority: 0,
      together: false,
      cost: 1,
      reputation: { penalty: 1 },
    });
  });

  it.each([
    ["endpoint", ["caller"]],
    ["user", ["user"]],
    ["role", ["caller"]],
    ["tenant", ["tenant"]],
    ["ip", ["ip"]],
    ["apiKey", ["apiKey"]],
    ["global", []],
  ] as const)("counts a policy of the scope %s per %j", (scope, per) => {
    expect(checkPolicy({ name: "p", scope, windows }).per).toStrictEqual(per);
  });

  it("heeds conduct where one caller has a bucket, or where it is told to", () => {
    const penalty = (policy: Partial<Policy>) => checkPolicy({ ...least, ...policy }).reputation?.penalty;
    expect(penalty({ per: "caller" })).toBe(1);
    expect(penalty({ per: [] })).toBeUndefined();
    expect(penalty({ per: "endpoint" })).toBeUndefined();
    expect(penalty({ per: ["user", "endpoint"] })).toBeUndefined();
    expect(penalty({ per: ["user", "endpoint"], reputation: true })).toBe(1);
    expect(penalty({ reputation: { penalty: 2.5 } })).toBe(2.5);
    expect(penalty({ reputation: {} })).toBe(1);
    expect(penalty({ reputation: false })).toBeUndefined();
  });

  it("puts windows in milliseconds, shortest first", () => {
    const made = checkPolicy({
      ...least,
      windows: [
        { limit: 1000, per: "day" },
        { limit: 100, per: "hour", burst: 5 },
        { limit: 3, windowMs: 90_000 },
        { limit: 1, per: "second" },
      ],
    });
    expect(made.windows).toStrictEqual([
      { limit: 1, windowMs: 1000, burst: 0 },
      { limit: 3, windowMs: 90_000, burst: 0 },
      { limit: 100, windowMs: 3_600_000, burst: 5 },
      { limit: 1000, windowMs: 86_400_000, burst: 0 },
    ]);
  });

  it("spells values in one way, each once", () => {
    const values = (policy: Partial<Policy>) => checkPolicy({ ...least, ...policy }).values;
    expect(values({ values: "alice" })).toStrictEqual(["alice"]);
    expect(values({ values: ["a", "svc-*", "a"] })).toStrictEqual(["a", "svc-*"]);
    expect(values({ scope: "ip", values: ["10.1.2.3/8", "::ffff:10.0.0.0/104", "2001:DB8::1", "*"] })).toStrictEqual([
      "10.0.0.0/8",
      "2001:db8::1",
      "*",
    ]);
    expect(values({ scope: "endpoint", values: ["POST /login/", "* /x", "*"] })).toStrictEqual([
      "POST /login",
      "/x",
      "*",
    ]);
  });

  it("keeps API keys as digests, and their beginnings as they are", () => {
    const { values, except } = checkPolicy({
      ...least,
      scope: "apiKey",
      values: ["key-1", "live-*", apiKeyDigest("key-2")],
      except: { apiKey: "key-3" },
    });
    expect(values).toStrictEqual([apiKeyDigest("key-1"), "live-*", apiKeyDigest("key-2")]);
    expect(except).toStrictEqual({ apiKey: [apiKeyDigest("key-3")] });
  });

  it("is disabled when it is not enabled", () => {
    expect(checkPolicy({ ...least, enabled: false, mode: "shadow" }).mode).toBe("disabled");
    expect(checkPolicy({ ...least, enabled: true, mode: "shadow" }).mode).toBe("shadow");
  });

  it("gives a copy that nobody can change", () => {
    const mine = { ...least, values: ["a"], windows: [{ limit: 10, per: "minute" as const }] };
    const made = checkPolicy(mine);
    mine.values.push("b");
    expect(made.values).toStrictEqual(["a"]);
    for (const part of [made, made.values, made.per, made.windows, made.windows[0], made.reputation]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(Object.isFrozen(mine)).toBe(false);
  });

  it("takes fields that are undefined for fields left out", () => {
    expect(checkPolicy({ ...least, cost: undefined, values: undefined } as unknown as Policy).cost).toBe(1);
  });

  it.each<[string, unknown, string]>([
    [
      "name",
      "",
      'policy.name must be a name of 1 to 64 letters, digits, dots, underscores or hyphens that begins with a letter or digit, got ""',
    ],
    ["name", undefined, "policy.name must be a name of"],
    ["name", "-x", "policy.name must be"],
    ["name", "x\n", "policy.name must be"],
    ["name", "x".repeat(65), "policy.name must be"],
    ["description", "x".repeat(501), "policy.description must be a text of at most 500 characters"],
    ["scope", "users", 'policy.scope must be a scope: "endpoint"'],
    ["values", [], "policy.values must be a text or a list of 1 to 1000 texts"],
    ["values", "", "policy.values must be a text or a list"],
    ["values", ["a", ""], "policy.values[1] must be a text of 1 to 512 characters"],
    ["values", ["a", 7], "policy.values[1] must be a text of 1 to 512 characters, got 7"],
    ["values", "a*b", 'policy.values must be a text without "*", or with one at its end as in "svc-*", got "a*b"'],
    ["per", "users", "policy.per must be a subject or a list"],
    ["per", ["user", "user"], "policy.per must be a subject or a list"],
    ["per", ["user", "x"], "policy.per[1] must be a subject"],
    ["windows", [], "policy.windows must be a list of 1 to 6 windows, got an array of 0"],
    [
      "windows",
      Array.from({ length: 7 }, (_, index) => ({ limit: 1, windowMs: index + 1 })),
      "policy.windows must be a list of 1 to 6",
    ],
    [
      "windows",
      [{ limit: 0, per: "minute" }],
      "policy.windows[0].limit must be a whole number from 1 to 2000000000, got 0",
    ],
    ["windows", [{ limit: Number.NaN, per: "minute" }], "policy.windows[0].limit must be a whole number"],
    [
      "windows",
      [{ limit: "5", per: "minute" }],
      'policy.windows[0].limit must be a whole number from 1 to 2000000000, got "5"',
    ],
    ["windows", [{ limit: 1.5, per: "minute" }], "policy.windows[0].limit must be a whole number"],
    [
      "windows",
      [{ per: "minute" }],
      "policy.windows[0].limit must be a whole number from 1 to 2000000000, got undefined",
    ],
    [
      "windows",
      [{ limit: 1, per: "week" }],
      'policy.windows[0].per must be "second", "minute", "hour" or "day", got "week"',
    ],
    [
      "windows",
      [{ limit: 1 }],
      'policy.windows[0] must be a window with exactly one of per and windowMs, got "neither"',
    ],
    [
      "windows",
      [{ limit: 1, per: "hour", windowMs: 5 }],
      'policy.windows[0] must be a window with exactly one of per and windowMs, got "both"',
    ],
    [
      "windows",
      [{ limit: 1, windowMs: 0 }],
      "policy.windows[0].windowMs must be a whole number of milliseconds from 1 to 2678400000",
    ],
    ["windows", [{ limit: 1, per: "hour", burst: -1 }], "policy.windows[0].burst must be a whole number from 0"],
    [
      "windows",
      [{ limit: 1, per: "hour", bursts: 1 }],
      "policy.windows[0].bursts must be absent (fields are limit, per, windowMs, burst), got 1",
    ],
    [
      "windows",
      [
        { limit: 1, per: "minute" },
        { limit: 9, windowMs: 60_000 },
      ],
      "policy.windows[1] must be of another length than windows[0] (60000 ms)",
    ],
    [
      "windows",
      [{ limit: 2e9, per: "hour", burst: 1 }],
      "policy.windows[0].burst must be such that limit and burst together are at most 2000000000",
    ],
    [
      "windows",
      [{ limit: 1, windowMs: 2_678_400_000 }],
      "policy.windows[0].limit must be 1e-6 to 1000000000 tokens per second for tokenBucket",
    ],
    ["algorithm", "gcra", 'policy.algorithm must be "tokenBucket"'],
    ["burstStrategy", 1, 'policy.burstStrategy must be "strict", "fixed" or "adaptive", got 1'],
    ["strategy", "drop", 'policy.strategy must be "reject", "queue", "throttle" or "degrade", got "drop"'],
    ["mode", "off", 'policy.mode must be "enforce", "shadow" or "disabled", got "off"'],
    ["priority", 1e7, "policy.priority must be a number from -1000000 to 1000000, got 10000000"],
    ["priority", Number.POSITIVE_INFINITY, "policy.priority must be a number"],
    ["enabled", "yes", 'policy.enabled must be true or false, got "yes"'],
    ["together", 1, "policy.together must be true or false, got 1"],
    ["cost", 0, "policy.cost must be a whole number from 1 to 1000000, got 0"],
    ["cost", 11, "policy.cost must be at most 10, what windows[0] holds, got 11"],
    ["reputation", "high", "policy.reputation must be true, false or an object with a penalty"],
    ["reputation", { penalty: 101 }, "policy.reputation.penalty must be a number from 0 to 100, got 101"],
    ["except", {}, "policy.except must be an object of values by scope"],
    ["except", { global: "x" }, "policy.except.global must be absent"],
    ["except", { ip: ["10.0.0.0/99"] }, "policy.except.ip[0] must be an address"],
    ["limit", 5, "policy.limit must be absent (fields are name, description"],
    ["bad\nfield", 5, 'policy["bad\\\\nfield"] must be absent'],
  ])("refuses %s: %j", (field, value, message) => {
    const made = () => checkPolicy({ ...least, [field]: value } as Policy);
    expect(made).toThrow(ConfigError);
    expect(made).toThrow(message.replaceAll("\\\\n", "\\n"));
  });

  it.each<[Partial<Policy>, string]>([
    [{ scope: "global", values: "x" }, 'policy.values must be absent for the scope "global", got "x"'],
    [{ scope: "global", reputation: true }, "policy.reputation must be false where one bucket is for all (per is [])"],
    [{ scope: "ip", values: ["::1", "10.0.0.1/40"] }, 'policy.values[1] must be an address such as "192.0.2.1"'],
    [{ scope: "endpoint", values: "/a/**/b/**" }, "policy.values must be an endpoint such as"],
    [
      { algorithm: "slidingWindow", windows: [{ limit: 100_001, per: "hour" }] },
      "policy.windows[0].limit must be such that limit and burst together are at most 100000 for slidingWindow",
    ],
    [
      { algorithm: "slidingWindow", windows: [{ limit: 100_000, per: "hour", burst: 1 }] },
      "policy.windows[0].burst must be such that",
    ],
    [
      { algorithm: "leakyBucket", windows: [{ limit: 2000, windowMs: 1 }] },
      "policy.windows[0].limit must be 1e-6 to 1000000 tokens per second for leakyBucket",
    ],
    [
      { burstStrategy: "strict", cost: 6, windows: [{ limit: 5, per: "hour", burst: 5 }] },
      "policy.cost must be at most 5",
    ],
  ])("refuses what contradicts itself: %j", (policy, message) => {
    expect(() => checkPolicy({ ...least, ...policy })).toThrow(message);
  });

  it("accepts what is only just inside", () => {
    const edges: Partial<Policy>[] = [
      { algorithm: "slidingWindow", windows: [{ limit: 100_000, windowMs: 2_678_400_000 }] },
      { algorithm: "slidingWindow", burstStrategy: "strict", windows: [{ limit: 100_000, per: "day", burst: 7 }] },
      { algorithm: "fixedWindow", windows: [{ limit: 1, windowMs: 2_678_400_000 }] },
      { cost: 12, windows: [{ limit: 10, per: "minute", burst: 2 }] },
      { algorithm: "leakyBucket", cost: 1_000_000 },
      { priority: -1e6 },
      { name: "A.b_c-9" },
    ];
    for (const edge of edges) expect(checkPolicy({ ...least, ...edge }).scope).toBe("user");
  });

  it.each([null, undefined, 7, "text", [], () => least])("refuses %j for a policy", (value) => {
    expect(() => checkPolicy(value as unknown as Policy)).toThrow(/^policy(\.name)? must be a/);
  });

  it("shows no API key in an error", () => {
    const wrong: Partial<Policy>[] = [
      { scope: "apiKey", values: "secret*key" },
      { scope: "apiKey", values: ["fine", `secret${"x".repeat(600)}`] },
      { except: { apiKey: "secret*key" } },
      { except: { apiKey: `secret${"x".repeat(600)}` } },
      { scope: "apiKey", values: "secret-key", cost: 99 },
    ];
    for (const policy of wrong) {
      const error = caught(() => checkPolicy({ ...least, ...policy }));
      expect(error).toBeInstanceOf(ConfigError);
      expect(`${error.message}${String((error as ConfigError).value)}${error.stack}`).not.toContain("secret");
    }
  });
});

function caught(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
