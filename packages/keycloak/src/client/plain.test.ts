import { createServer } from "node:net";
import { isSluiceError } from "@sluice/core";
import { Registry } from "prom-client";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { recorder, rejection } from "../test-support/clients.test-support.js";
import { inOrder, startServer } from "../test-support/server.test-support.js";
import { KeycloakApi } from "./keycloak-api.js";

afterEach(() => vi.unstubAllEnvs());

function plain(baseUrl: string, options: ConstructorParameters<typeof KeycloakApi>[1] = {}): KeycloakApi {
  const api = new KeycloakApi("plain", { baseUrl, registry: new Registry(), ...options });
  api.setAccessToken("a-token");
  return api;
}

describe("the plain constructor", () => {
  it("counts requests by outcome, and has no other hook", async () => {
    const registry = new Registry();
    const server = await startServer(inOrder({}, { status: 404 }));
    const api = plain(server.url, { registry });
    expect([...api.hooks.list("call"), ...api.hooks.list("attempt")].map(({ name }) => name)).toEqual(["metrics"]);
    await api.realms.find();
    await rejection(api.users.find());
    const lines = (await registry.metrics())
      .split("\n")
      .filter((line) => line.startsWith("sluice_api_requests_total{"));
    expect(lines).toEqual([
      expect.stringMatching(/operation="realms.find".*outcome="ok"\} 1$/),
      expect.stringMatching(/operation="users.find".*outcome="client_error"\} 1$/),
    ]);
  });

  it("limits and repeats nothing", async () => {
    const server = await startServer();
    await Promise.all(Array.from({ length: 150 }, () => plain(server.url).as({ namespace: "a" }).realms.find()));
    expect(server.received).toHaveLength(150);
    const failing = await startServer(() => ({ status: 503 }));
    await rejection(plain(failing.url).realms.find());
    expect(failing.received).toHaveLength(1);
  });

  it("opens no Redis and reads no settings, though the environment is full of them", async () => {
    let connections = 0;
    const redis = createServer(() => (connections += 1));
    await new Promise<void>((resolve) => redis.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void redis.close());
    vi.stubEnv("REDIS_URL", `redis://127.0.0.1:${(redis.address() as { port: number }).port}`);
    vi.stubEnv("KEYCLOAK_URL", "http://127.0.0.1:1");
    vi.stubEnv("KEYCLOAK_API_GLOBAL_RATE_LIMIT_TPS", "wrong");
    const server = await startServer();
    const api = plain(server.url);
    await api.realms.find();
    expect([connections, server.received.length]).toEqual([0, 1]);
    await api.close();
  });

  it("leaves refreshing to the SDK: each call that finds the token expired asks for itself", async () => {
    const expired = `a.${Buffer.from('{"exp":1}').toString("base64url")}.c`;
    const server = await startServer(({ isLogin }) =>
      isLogin ? { body: { access_token: expired, refresh_token: "r-0123456" } } : undefined,
    );
    const api = plain(server.url);
    await api.auth({ grantType: "password", clientId: "c", username: "u", password: "p" });
    await Promise.all([api.realms.find(), api.users.find()]);
    expect(server.logins).toBe(3);
  });

  it("shares login and hooks with the client made by `as`, which may have a login of its own", async () => {
    const server = await startServer();
    const seen = recorder();
    const api = plain(server.url, { hooks: seen.hooks, realmName: "r", timeout: 5000 });
    const other = api.as({ namespace: "a" });
    await other.users.find();
    other.setAccessToken("another");
    await other.users.find();
    await api.users.find();
    expect(server.received.map(({ bearer, path }) => [bearer, path])).toEqual([
      ["a-token", "/admin/realms/r/users/"],
      ["another", "/admin/realms/r/users/"],
      ["a-token", "/admin/realms/r/users/"],
    ]);
    expect(seen.calls.map(({ caller }) => caller?.namespace)).toEqual(["a", "a", undefined]);
    expect(other.timeout).toBe(5000);
  });

  it("has no mode but disabled, and says why", () => {
    const api = plain("http://127.0.0.1:1");
    expect(api.mode).toBe("disabled");
    api.mode = "disabled";
    expect(() => (api.mode = "enforce")).toThrow(/createKeycloakApi makes one with limits/);
  });

  it("refuses an empty account", () => {
    try {
      void new KeycloakApi("");
    } catch (error) {
      expect(isSluiceError(error)).toBe(true);
      return;
    }
    expect.unreachable();
  });
});
