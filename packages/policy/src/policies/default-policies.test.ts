import { describe, expect, it } from "vitest";
import { createResolver } from "../resolution/create-resolver.js";
import { checkPolicies } from "./check-policies.js";
import { defaultPolicies } from "./default-policies.js";
import type { Identity } from "./policy.js";

const checked = checkPolicies(defaultPolicies);
const { resolve } = createResolver(checked);
const holding = (identity: Identity) =>
  resolve(identity).flatMap(({ policy: { name, mode } }) => (mode === "enforce" ? [name] : []));
const named = (name: string) => checked.find((policy) => policy.name === name);

describe("the default policies", () => {
  it("hold the stated figures", () => {
    const figures = checked.map(({ name, algorithm, mode, windows }) => {
      return `${name} ${algorithm} ${mode} ${windows.map(({ limit, windowMs, burst }) => `${limit}+${burst}/${windowMs / 1000}s`).join(" ")}`;
    });
    expect(figures).toStrictEqual([
      "global tokenBucket enforce 100+20/60s 1000+0/3600s 10000+0/86400s",
      "auth-endpoints slidingWindow enforce 5+2/60s 20+0/3600s",
      "auth-endpoints-by-caller slidingWindow enforce 5+2/60s 20+0/3600s",
      "auth-endpoints-unknown slidingWindow enforce 5+2/60s 20+0/3600s",
      "expensive-operations tokenBucket enforce 10+5/60s 100+0/3600s",
      "administrators tokenBucket enforce 500+100/60s 10000+0/3600s",
      "per-user tokenBucket enforce 100+0/60s",
      "per-ip tokenBucket enforce 50+0/60s",
      "emergency-ip tokenBucket shadow 10+0/60s 100+0/3600s",
    ]);
  });

  it("cannot be changed by who uses them", () => {
    expect(Object.isFrozen(defaultPolicies)).toBe(true);
    expect(defaultPolicies.every((policy) => Object.isFrozen(policy))).toBe(true);
  });

  it("limit a known user by who it is, and others by address", () => {
    expect(holding({ endpoint: "GET /things", user: "ann", ip: "192.0.2.1" })).toStrictEqual(["per-user", "global"]);
    expect(holding({ endpoint: "GET /things", ip: "192.0.2.1" })).toStrictEqual(["per-ip", "global"]);
    expect(holding({})).toStrictEqual(["global"]);
  });

  it.each([
    "POST /login",
    "POST /api/v1/login",
    "POST /oauth/token",
    "POST /session/",
    "PUT /me/password",
    "POST /password/reset?x=y",
  ])("hold %s to the few calls of signing in, whatever is known of the caller", (endpoint) => {
    expect(holding({ endpoint, ip: "192.0.2.1" })).toStrictEqual(["auth-endpoints", "per-ip"]);
    expect(holding({ endpoint, ip: "192.0.2.1", user: "ann" })).toStrictEqual(["auth-endpoints", "per-user"]);
    expect(holding({ endpoint, ip: "192.0.2.1", roles: ["admin"] })).toStrictEqual(["auth-endpoints"]);
    expect(holding({ endpoint, user: "ann" })).toStrictEqual(["auth-endpoints-by-caller", "per-user"]);
    expect(holding({ endpoint })).toStrictEqual(["auth-endpoints-unknown"]);
  });

  it("let nobody lock another one out of signing in: no bucket is shared beyond an address", () => {
    const victim = resolve({ endpoint: "POST /login", ip: "192.0.2.1" });
    const attacker = resolve({ endpoint: "POST /login", ip: "198.51.100.7" });
    const buckets = (some: typeof victim) =>
      some.map(({ policy, subject }) => `${policy.name} ${JSON.stringify(subject)}`);
    expect(buckets(victim).filter((bucket) => buckets(attacker).includes(bucket))).toStrictEqual([]);
    expect(victim.flatMap(({ subject }) => subject).every(({ kind }) => kind === "ip")).toBe(true);
  });

  it("do not take reading a session for signing in", () => {
    expect(holding({ endpoint: "GET /session", user: "ann" })).toStrictEqual(["per-user", "global"]);
  });

  it.each(["GET /export", "POST /api/reports", "GET /reports/annual", "GET /v2/search", "POST /bulk/users"])(
    "hold %s to the few calls of expensive operations, beside those of the user",
    (endpoint) => {
      expect(holding({ endpoint, user: "ann" })).toStrictEqual(["expensive-operations", "per-user", "global"]);
    },
  );

  it.each(["admin", "administrator", "owner", "superuser"])(
    "give the role %s more, in place of the limits for all",
    (role) => {
      expect(holding({ endpoint: "GET /things", user: "ann", ip: "::1", roles: ["member", role] })).toStrictEqual([
        "administrators",
      ]);
      expect(named("administrators")?.windows[0]?.limit).toBeGreaterThan(named("per-user")?.windows[0]?.limit ?? 0);
    },
  );

  it("watch addresses for an emergency, and act on nothing", () => {
    const applied = resolve({ ip: "192.0.2.1", user: "ann" }).find(({ policy: { name } }) => name === "emergency-ip");
    expect(applied?.policy.mode).toBe("shadow");
    expect(applied?.subject).toStrictEqual([{ kind: "ip", value: "192.0.2.1" }]);
  });
});
