import { NetworkError } from "@keycloak/keycloak-admin-client";
import { describe, expect, it } from "vitest";
import { knownOperations, login, other } from "../operations/operation.js";
import { accessToken, factory, kinds, ours, recorder, rejection } from "../test-support/clients.test-support.js";
import { everyMethod } from "../test-support/methods.test-support.js";
import { goodAnswer, startServer } from "../test-support/server.test-support.js";

/** Methods of the SDK that are made of several others. */
const composites = { "clients.createOrUpdatePolicy": 3, "clientScopes.delByName": 2 } as const;
const stepsOf = (name: string): number => composites[name as keyof typeof composites] ?? 1;

describe.each(ours)("%s", { timeout: 60_000 }, (_name, make) => {
  it("has the SDK's 400 methods that send requests, and each is one call of its own name", async () => {
    const server = await startServer(goodAnswer);
    const seen = recorder();
    const methods = everyMethod(make(server.url, { hooks: seen.hooks }));
    expect(methods).toHaveLength(400);
    for (const { name, run } of methods) {
      const before = { calls: seen.calls.length, attempts: seen.attempts.length, received: server.received.length };
      await run();
      expect(seen.calls.slice(before.calls).map(({ operation }) => operation)).toEqual([name]);
      const attempts = seen.attempts.slice(before.attempts);
      expect([name, attempts.length, server.received.length - before.received]).toEqual([
        name,
        stepsOf(name),
        stepsOf(name),
      ]);
      const call = seen.calls.at(-1);
      expect(new Set(attempts.map(({ id }) => id))).toEqual(new Set([call?.id]));
      if (stepsOf(name) > 1) continue;
      const request = server.received.at(-1);
      expect([name, request?.method, request?.bearer]).toEqual([name, call?.verb, accessToken]);
    }
    expect(new Set(seen.calls.map(({ operation }) => operation)).size).toBe(400);
  });

  it("a method of several requests is one call, each request named by its own method", async () => {
    const server = await startServer(goodAnswer);
    const seen = recorder();
    const client = make(server.url, { hooks: seen.hooks });
    await client.clients.createOrUpdatePolicy({ id: "c", policyName: "p", policy: { name: "p" } });
    expect(seen.calls.map(({ operation, access }) => [operation, access])).toEqual([
      ["clients.createOrUpdatePolicy", "write"],
    ]);
    expect(seen.attempts.map(({ operation, access }) => [operation, access])).toEqual([
      ["clients.findPolicyByName", "read"],
      ["clients.updatePolicy", "write"],
      ["clients.findPolicyByName", "read"],
    ]);
  });

  it("goes on where the SDK goes on after an error of its own", async () => {
    const server = await startServer(({ method }) => (method === "GET" ? { status: 404 } : { body: { id: "new" } }));
    const seen = recorder();
    const client = make(server.url, { hooks: seen.hooks });
    expect(await client.clients.createOrUpdatePolicy({ id: "c", policyName: "p", policy: { name: "p" } })).toEqual({
      id: "new",
    });
    expect(seen.attempts.map(({ operation }) => operation)).toEqual([
      "clients.findPolicyByName",
      "clients.createPolicy",
    ]);
  });

  it("names requests that the user builds `other`", async () => {
    const server = await startServer();
    const seen = recorder();
    const { realms } = make(server.url, { hooks: seen.hooks });
    await realms.makeRequest({ method: "DELETE", path: "/{realm}/invented", urlParamKeys: ["realm"] })({ realm: "r" });
    await realms.makeUpdateRequest({ method: "PUT", path: "/{realm}/x", urlParamKeys: ["realm"] })({ realm: "r" }, {});
    expect([...seen.calls, ...seen.attempts].map(({ operation, verb }) => `${operation} ${verb}`)).toEqual([
      "other DELETE",
      "other PUT",
      "other DELETE",
      "other PUT",
    ]);
    expect(server.received.map(({ path }) => path)).toEqual(["/admin/realms/r/invented", "/admin/realms/r/x"]);
  });

  it("follows the v2 API to an address of the user's own, and leaves what sends nothing alone", async () => {
    const server = await startServer(goodAnswer);
    const seen = recorder();
    const v2 = make(server.url, { hooks: seen.hooks }).clients.v2();
    expect(v2.toGetRequestInformation({ queryParameters: { limit: 1 } }).urlTemplate).toContain("/clients/v2");
    expect(seen.calls).toEqual([]);
    await v2.withUrl(`${server.url}/elsewhere`).get();
    expect(seen.attempts.map(({ operation }) => operation)).toEqual(["clients.v2.get"]);
    expect(server.received.map(({ path }) => path)).toEqual(["/elsewhere"]);
  });

  it("keeps resources as the SDK made them: same class, same names, nothing new to see", async () => {
    const [plain, wrapped] = [kinds[0]?.[1]("http://localhost"), make("http://localhost")];
    for (const name of ["users", "clients", "clientScopes", "organizations"] as const) {
      expect(Object.keys(wrapped[name])).toEqual(Object.keys(plain?.[name] ?? {}));
      expect(Object.getPrototypeOf(wrapped[name])).toBe(Object.getPrototypeOf(plain?.[name]));
    }
    expect([wrapped.organizations.groups("o").getOrgId(), wrapped.groups.isOrgGroups()]).toEqual(["o", false]);
  });

  it("comes out with the SDK's own errors and its own null for what is not there", async () => {
    const body = { errorMessage: "Realm is gone" };
    const server = await startServer(() => ({ status: 404, body }));
    const client = make(server.url);
    const error = await rejection(client.realms.find());
    expect(error).toBeInstanceOf(NetworkError);
    expect([error.message, error["responseData"], (error as unknown as NetworkError).response.status]).toEqual([
      "Realm is gone",
      body,
      404,
    ]);
    expect(await client.realms.findOne({ realm: "r" })).toBeNull();
  });
});

it("every operation is on the list that metrics go by, once", () => {
  const names = everyMethod(factory("http://localhost", { enableExperimentalApis: true })).map(({ name }) => name);
  expect(knownOperations.toSorted()).toEqual([...names, login, other].toSorted());
});
