import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { apiKeyDigest } from "../policies/api-key-digest.js";
import { checkPolicies } from "../policies/check-policies.js";
import type { Identity, Policy } from "../policies/policy.js";
import { createResolver, type Resolver } from "./create-resolver.js";
import type { Resolution } from "./resolution.js";

const windows = [{ limit: 10, per: "minute" }] as const;

describe("the policies that hold", () => {
  it("are the most specific scope's", () => {
    const all = ["global", "apiKey", "ip", "tenant", "role", "user", "endpoint"] as const;
    const resolver = resolverOf(...all.map((scope): Policy => ({ name: scope, scope, per: [], windows })));
    const whole: Identity = { endpoint: "GET /", user: "u", roles: ["r"], tenant: "t", ip: "::1", apiKey: "k" };
    expect(names(resolver.resolve(whole))).toStrictEqual(["endpoint"]);
    expect(names(resolver.resolve({ ...whole, endpoint: "" }))).toStrictEqual(["user"]);
    expect(names(resolver.resolve({ roles: ["r"], tenant: "t", ip: "::1", apiKey: "k" }))).toStrictEqual(["role"]);
    expect(names(resolver.resolve({ tenant: "t", ip: "::1", apiKey: "k" }))).toStrictEqual(["tenant"]);
    expect(names(resolver.resolve({ ip: "::1", apiKey: "k" }))).toStrictEqual(["ip"]);
    expect(names(resolver.resolve({ apiKey: "k" }))).toStrictEqual(["apiKey"]);
    expect(names(resolver.resolve({}))).toStrictEqual(["global"]);
  });

  it("are within a scope those of the highest priority, then of the narrowest value, then first by name", () => {
    const made = (name: string, rest: Partial<Policy>): Policy => ({ name, scope: "user", windows, ...rest });
    const resolver = resolverOf(
      made("any", {}),
      made("wide", { values: "a*" }),
      made("narrow", { values: "al*" }),
      made("exact-2", { values: "alice" }),
      made("exact-1", { values: ["bob", "alice"] }),
      made("first", { values: "vip-*", priority: 1 }),
      made("vip", { values: "vip-1" }),
    );
    const forUser = (user: string) => names(resolver.resolve({ user }));
    expect(forUser("zoe")).toStrictEqual(["any"]);
    expect(forUser("anna")).toStrictEqual(["wide"]);
    expect(forUser("albert")).toStrictEqual(["narrow"]);
    expect(forUser("alice")).toStrictEqual(["exact-1"]);
    expect(forUser("vip-1")).toStrictEqual(["first"]);
  });

  it("are the longest network's", () => {
    const made = (name: string, values: string): Policy => ({ name, scope: "ip", values, windows });
    const resolver = resolverOf(
      made("all", "*"),
      made("ten", "10.0.0.0/8"),
      made("office", "10.1.0.0/16"),
      made("door", "10.1.0.7"),
      made("six", "2001:db8::/32"),
    );
    const forIp = (ip: string) => names(resolver.resolve({ ip }));
    expect(forIp("10.1.0.7")).toStrictEqual(["door"]);
    expect(forIp("::ffff:10.1.0.7")).toStrictEqual(["door"]);
    expect(forIp("10.1.0.8")).toStrictEqual(["office"]);
    expect(forIp("10.2.0.8")).toStrictEqual(["ten"]);
    expect(forIp("2001:db8:1:2::/64")).toStrictEqual(["six"]);
    expect(forIp("192.0.2.1")).toStrictEqual(["all"]);
    expect(forIp("unknown")).toStrictEqual(["all"]);
  });

  it("are beside the most specific one all that hold together", () => {
    const resolver = resolverOf(
      { name: "global", scope: "global", together: true, windows },
      { name: "login", scope: "endpoint", values: "POST /login", per: "ip", windows },
      { name: "per-user", scope: "user", together: true, windows },
      { name: "tenant", scope: "tenant", windows },
    );
    const identity = { endpoint: "POST /login", user: "u", tenant: "t", ip: "::1" };
    expect(names(resolver.resolve(identity))).toStrictEqual(["login", "per-user", "global"]);
    expect(names(resolver.resolve({ ...identity, endpoint: "GET /" }))).toStrictEqual(["per-user", "tenant", "global"]);
  });

  it("leave out a policy that counts by somebody who is not known, and the next one holds", () => {
    const resolver = resolverOf(
      { name: "login", scope: "endpoint", values: "POST /login", per: ["ip", "user"], windows },
      { name: "fallback", scope: "global", windows },
    );
    expect(names(resolver.resolve({ endpoint: "POST /login", ip: "::1", user: "u" }))).toStrictEqual(["login"]);
    expect(names(resolver.resolve({ endpoint: "POST /login", ip: "::1" }))).toStrictEqual(["fallback"]);
  });

  it("leave out whom a policy spares, in any scope", () => {
    const except = {
      role: ["admin", "ops-*"],
      ip: "10.0.0.0/8",
      endpoint: "/health",
      apiKey: "internal",
      user: "root",
      tenant: "own",
    };
    const resolver = resolverOf({ name: "global", scope: "global", except, windows });
    const spared: Identity[] = [
      { roles: ["member", "admin"] },
      { roles: ["ops-7"] },
      { ip: "10.7.7.7" },
      { endpoint: "GET /health/" },
      { apiKey: "internal" },
      { user: "root" },
      { tenant: "own" },
    ];
    for (const identity of spared) expect(names(resolver.resolve(identity))).toStrictEqual([]);
    expect(
      names(resolver.resolve({ roles: ["member"], ip: "11.0.0.1", endpoint: "/", apiKey: "x", user: "u" })),
    ).toStrictEqual(["global"]);
  });

  it("leave out disabled ones, which take nobody's place", () => {
    const resolver = resolverOf(
      { name: "off", scope: "user", mode: "disabled", windows },
      { name: "out", scope: "user", enabled: false, windows },
      { name: "fallback", scope: "global", windows },
    );
    expect(names(resolver.resolve({ user: "u" }))).toStrictEqual(["fallback"]);
  });

  it("are not changed by one that only looks on, which comes last", () => {
    const resolver = resolverOf(
      { name: "trial", scope: "endpoint", mode: "shadow", per: [], windows },
      { name: "wider-trial", scope: "tenant", mode: "shadow", windows },
      { name: "per-user", scope: "user", windows },
      { name: "seen", scope: "ip", mode: "shadow", together: true, windows },
      { name: "global", scope: "global", together: true, windows },
    );
    const identity = { endpoint: "GET /", user: "u", tenant: "t", ip: "::1" };
    expect(names(resolver.resolve(identity))).toStrictEqual(["per-user", "global", "trial", "seen"]);
    expect(names(resolver.resolve({ ...identity, endpoint: "" }))).toStrictEqual(["per-user", "global", "seen"]);
  });

  it("are those that were named, whether they match or not", () => {
    const resolver = resolverOf(
      { name: "login", scope: "endpoint", values: "POST /login", per: "ip", windows },
      { name: "per-user", scope: "user", except: { role: "admin" }, windows },
      { name: "off", scope: "user", enabled: false, windows },
    );
    const identity = { user: "u", ip: "::1", roles: ["admin"] };
    expect(names(resolver.resolve(identity, "login"))).toStrictEqual(["login"]);
    expect(names(resolver.resolve(identity, ["per-user", "login", "login"]))).toStrictEqual(["login", "per-user"]);
    expect(names(resolver.resolve({ user: "u" }, "login"))).toStrictEqual([]);
    expect(names(resolver.resolve(identity, "off"))).toStrictEqual([]);
    expect(names(resolver.resolve(identity))).toStrictEqual([]);
    expect(() => resolver.resolve(identity, "nobody")).toThrow(
      'policy must be the name of a policy there is, got "nobody"',
    );
  });
});

describe("whose bucket it is", () => {
  const subjectOf = (policy: Partial<Policy>, identity: Identity) =>
    resolverOf({ name: "p", scope: "global", windows, ...policy }).resolve(identity)[0]?.subject;

  it("is that of the user, else of the key, else of the address, for a caller", () => {
    const whole = { user: "u", apiKey: "k", ip: "::FFFF:192.0.2.1" };
    expect(subjectOf({ per: "caller" }, whole)).toStrictEqual([{ kind: "user", value: "u" }]);
    expect(subjectOf({ per: "caller" }, { ...whole, user: "" })).toStrictEqual([
      { kind: "apiKey", value: apiKeyDigest("k") },
    ]);
    expect(subjectOf({ per: "caller" }, { ip: whole.ip })).toStrictEqual([{ kind: "ip", value: "192.0.2.1" }]);
    expect(subjectOf({ per: "caller" }, { tenant: "t" })).toBeUndefined();
  });

  it("is everybody's, or that of each combination", () => {
    expect(subjectOf({ per: [] }, {})).toStrictEqual([]);
    expect(subjectOf({ per: ["tenant", "endpoint"] }, { tenant: "t", endpoint: "get /x/?y" })).toStrictEqual([
      { kind: "tenant", value: "t" },
      { kind: "endpoint", value: "GET /x" },
    ]);
  });

  it("is that of the role by which the policy matched, the first in the alphabet of several, in whatever order they come", () => {
    const roles = ["zebra", "member", "admin"];
    const expected = (value: string) => [{ kind: "role", value }];
    expect(subjectOf({ scope: "role", values: ["member", "z*"], per: "role" }, { roles })).toStrictEqual(
      expected("member"),
    );
    expect(subjectOf({ scope: "role", values: ["zebra", "member"], per: "role" }, { roles })).toStrictEqual(
      expected("member"),
    );
    expect(subjectOf({ scope: "role", per: "role" }, { roles })).toStrictEqual(expected("admin"));
    expect(subjectOf({ per: "role" }, { roles: roles.toReversed() })).toStrictEqual(expected("admin"));
  });

  it("never holds an API key", () => {
    const resolution = resolverOf({ name: "p", scope: "apiKey", values: ["live-*", "secret-key"], windows }).resolve({
      apiKey: "secret-key",
    });
    expect(names(resolution)).toStrictEqual(["p"]);
    expect(JSON.stringify(resolution)).not.toContain("secret-key");
  });
});

describe("a resolver's memory", () => {
  it("gives the very same answer for the same identity", () => {
    const { resolve } = resolverOf({ name: "p", scope: "user", windows });
    const first = resolve({ user: "u", roles: ["a"] });
    expect(resolve({ user: "u", roles: ["a"] })).toBe(first);
    expect(resolve({ user: "u", roles: ["b"] })).not.toBe(first);
    expect(resolve({ user: "u", roles: ["a"] }, "p")).not.toBe(first);
    expect(resolve({ user: "u", roles: ["a"] }, "p")).toBe(resolve({ user: "u", roles: ["a"] }, "p"));
  });

  it("ends after the stated time", async () => {
    const clock = createFakeClock();
    const { resolve } = createResolver(checkPolicies([{ name: "p", scope: "user", windows }]), {
      clock,
      cacheMs: 1000,
    });
    const first = resolve({ user: "u" });
    await clock.advance(999);
    expect(resolve({ user: "u" })).toBe(first);
    await clock.advance(1);
    expect(resolve({ user: "u" })).not.toBe(first);
  });

  it("ends when policies change", () => {
    const resolver = resolverOf({ name: "old", scope: "user", windows });
    expect(names(resolver.resolve({ user: "u" }))).toStrictEqual(["old"]);
    resolver.replace(checkPolicies([{ name: "new", scope: "user", windows }]));
    expect(resolver.cached).toBe(0);
    expect(names(resolver.resolve({ user: "u" }))).toStrictEqual(["new"]);
  });

  it("stays bounded", () => {
    const resolver = createResolver(checkPolicies([{ name: "p", scope: "user", windows }]), { maxCached: 100 });
    for (let index = 0; index < 1000; index++) resolver.resolve({ user: `user-${index}` });
    expect(resolver.cached).toBeLessThanOrEqual(100);
  });

  it("may be none", () => {
    const resolver = createResolver(checkPolicies([{ name: "p", scope: "user", windows }]), { cacheMs: 0 });
    resolver.resolve({ user: "u" });
    expect(resolver.cached).toBe(0);
  });

  it("does not help what is no identity past the check", () => {
    const { resolve } = resolverOf({ name: "p", scope: "user", windows });
    resolve({ user: "a", roles: ["x", "y"] });
    const wrong: [unknown, string][] = [
      [{ user: 7 }, "identity.user must be a text, got 7"],
      [{ user: ["a"] }, "identity.user must be a text"],
      [{ user: "a", roles: "xy" }, "identity.roles must be a list of texts"],
      [{ user: "a", roles: ["x", 7] }, "identity.roles[1] must be a text"],
      [null, "identity must be an object"],
    ];
    for (const [identity, message] of wrong) expect(() => resolve(identity as Identity)).toThrow(message);
    expect(names(resolve({ user: "b", roles: null, ip: null } as unknown as Identity))).toStrictEqual(["p"]);
  });
});

function resolverOf(...policies: Policy[]): Resolver {
  return createResolver(checkPolicies(policies));
}

function names(resolution: Resolution): string[] {
  return resolution.map(({ policy }) => policy.name);
}
