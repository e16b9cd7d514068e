import { createCall, withCaller } from "@sluice/core";
import { capacityOf, rateOf } from "@sluice/limiter";
import { describe, expect, it } from "vitest";
import { factory, recorder } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";
import { globalRate, keycloakSources, namespaceRate, serverLimit } from "./generated/figures.js";
import { createKeycloakQuota } from "./keycloak-quota.js";
import { type KeycloakQuotaOptions, resolveQuota } from "./options.js";

/** What a call is charged, in short: bucket, tokens per second, burst. */
function charges(
  namespace: string | undefined,
  options: KeycloakQuotaOptions = {},
  env: Record<string, string> = {},
  operation = "realms.find",
): readonly (readonly [string, number, number])[] {
  const caller = namespace === undefined ? undefined : { namespace };
  const call = createCall({ provider: "keycloak", account: "main", operation, caller });
  const charged = createKeycloakQuota(resolveQuota(options, env))(call);
  return charged.map(({ bucket, limit }) => [bucket, rateOf(limit as never), capacityOf(limit as never)]);
}

describe("the two levels", () => {
  it("charge every call globally, and one on behalf of a namespace to that namespace too", () => {
    expect(charges(undefined)).toEqual([["global", 50, 100]]);
    expect(charges("")).toEqual([["global", 50, 100]]);
    expect(charges("team-a")).toEqual([
      ["global", 50, 100],
      ["namespace:team-a", 5, 10],
    ]);
  });

  it("charge a login to nobody's namespace", () => {
    expect(charges("team-a", {}, {}, "auth")).toEqual([["global", 50, 100]]);
  });

  it("are those of the sourced figures", () => {
    expect([globalRate.refillRate, globalRate.burst, namespaceRate.refillRate, namespaceRate.burst]).toEqual([
      50, 100, 5, 10,
    ]);
    expect(Object.keys(keycloakSources)).toEqual(
      expect.arrayContaining([globalRate.source, namespaceRate.source, serverLimit.source]),
    );
    expect(serverLimit.perSecond).toBeNull();
  });

  it("take their numbers from the options, then from the environment", () => {
    const env = {
      KEYCLOAK_API_GLOBAL_RATE_LIMIT_TPS: "20",
      KEYCLOAK_API_GLOBAL_RATE_LIMIT_BURST: "40",
      KEYCLOAK_API_NAMESPACE_RATE_LIMIT_TPS: "2.5",
      KEYCLOAK_API_NAMESPACE_RATE_LIMIT_BURST: " 4 ",
    };
    expect(charges("a", {}, env)).toEqual([
      ["global", 20, 40],
      ["namespace:a", 2.5, 4],
    ]);
    expect(charges("a", { global: { refillRate: 7 }, namespace: { burst: 3 } }, env)).toEqual([
      ["global", 7, 40],
      ["namespace:a", 2.5, 3],
    ]);
    expect(charges(undefined, {}, { KEYCLOAK_API_GLOBAL_RATE_LIMIT_TPS: "" })).toEqual([["global", 50, 100]]);
  });

  it("know the older names of the bursts, which the newer ones beat", () => {
    const older = { KEYCLOAK_API_GLOBAL_BURST: "60", KEYCLOAK_API_NAMESPACE_BURST: "6" };
    expect(charges("a", {}, older).map(([, , burst]) => burst)).toEqual([60, 6]);
    expect(charges("a", {}, { ...older, KEYCLOAK_API_GLOBAL_RATE_LIMIT_BURST: "70" })[0]?.[2]).toBe(70);
  });

  it.each<[KeycloakQuotaOptions, Record<string, string>, string, unknown]>([
    [{ global: { refillRate: 0 } }, {}, "quota.global.refillRate", 0],
    [{ global: { burst: 1.5 } }, {}, "quota.global.burst", 1.5],
    [{ namespace: { refillRate: Number.NaN } }, {}, "quota.namespace.refillRate", Number.NaN],
    [{ namespace: 5 as never }, {}, "quota.namespace", 5],
    ["fast" as never, {}, "quota", "fast"],
    [{}, { KEYCLOAK_API_GLOBAL_RATE_LIMIT_TPS: "fast" }, "KEYCLOAK_API_GLOBAL_RATE_LIMIT_TPS", "fast"],
    [{}, { KEYCLOAK_API_GLOBAL_RATE_LIMIT_TPS: "0" }, "KEYCLOAK_API_GLOBAL_RATE_LIMIT_TPS", 0],
    [{}, { KEYCLOAK_API_GLOBAL_BURST: "1e3" }, "KEYCLOAK_API_GLOBAL_BURST", "1e3"],
    [{}, { KEYCLOAK_API_NAMESPACE_RATE_LIMIT_BURST: "0" }, "KEYCLOAK_API_NAMESPACE_RATE_LIMIT_BURST", 0],
  ])("refuse %o with %o, naming %s", (options, env, option, value) => {
    expect(() => resolveQuota(options, env)).toThrow(expect.objectContaining({ option, value }) as Error);
  });
});

describe("a client of the factory", () => {
  it("counts for the namespace of the surroundings, or of `as`, which wins", async () => {
    const server = await startServer();
    const seen = recorder();
    const api = factory(server.url, { accessToken: "t", hooks: seen.hooks });
    await api.realms.find();
    await withCaller({ namespace: "around", tenant: "x" }, async () => {
      await api.realms.find();
      await api.as({ namespace: "as" }).realms.find();
      await api.as({ namespace: "as" }).as({ user: "u" }).clients.createOrUpdatePolicy({
        id: "c",
        policyName: "p",
        policy: {},
      });
    });
    expect(seen.attempts.map(({ caller }) => caller)).toEqual([
      undefined,
      { namespace: "around", tenant: "x" },
      { namespace: "as", tenant: "x" },
      ...Array.from({ length: 3 }, () => ({ namespace: "as", tenant: "x", user: "u" })),
    ]);
  });

  it("holds one namespace back and not the other", async () => {
    const server = await startServer();
    const quota = { namespace: { refillRate: 0.01, burst: 2 } };
    const api = factory(server.url, { accessToken: "t", quota, timeoutMs: 10_000 });
    const [a, b] = [api.as({ namespace: "a" }), api.as({ namespace: "b" })];
    await Promise.all([a.realms.find(), a.realms.find()]);
    await expect(a.realms.find()).rejects.toMatchObject({ code: "LIMIT_EXCEEDED", provider: "keycloak" });
    await Promise.all([b.realms.find(), b.realms.find(), api.realms.find()]);
    expect(server.received).toHaveLength(5);
  });

  it("takes a quota of the user's own, a call at a time", async () => {
    const server = await startServer();
    const charged: string[] = [];
    const api = factory(server.url, { accessToken: "t", quota: (call) => (charged.push(call.operation), []) });
    await api.clients.createOrUpdatePolicy({ id: "c", policyName: "p", policy: {} });
    expect(charged).toEqual(["clients.findPolicyByName", "clients.updatePolicy", "clients.findPolicyByName"]);
  });
});
