import { NetworkError } from "@keycloak/keycloak-admin-client";
import { isSluiceError, withCaller, withCallOptions } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { createKeycloakApi } from "../client/create-keycloak-api.js";
import {
  auth,
  clientSecret,
  factory,
  newAccount,
  ours,
  recorder,
  rejection,
  wide,
} from "../test-support/clients.test-support.js";
import { inOrder, jwt, startServer } from "../test-support/server.test-support.js";

const NOW_S = Date.now() / 1000;
const password = {
  grantType: "password",
  clientId: "admin-cli",
  username: "admin",
  password: "the-password-0123",
} as const;

describe("a client of the factory", () => {
  it("logs in by itself on first use, and once for all calls that wait for it", async () => {
    const server = await startServer();
    const api = factory(server.url);
    expect(server.received).toHaveLength(0);
    await Promise.all([api.realms.find(), api.users.find(), ...Array.from({ length: 20 }, () => api.groups.find())]);
    expect([server.logins, server.calls.length]).toEqual([1, 22]);
    expect(new Set(server.calls.map(({ bearer }) => bearer))).toEqual(new Set(["token-1"]));
  });

  it("logs in with a password where it has one, in the realm it is told", async () => {
    const server = await startServer();
    await factory(server.url, { auth: password, realmName: "apps", authRealm: "master" }).users.find();
    expect(server.received.map(({ path }) => path)).toEqual([
      "/realms/master/protocol/openid-connect/token",
      "/admin/realms/apps/users/",
    ]);
    expect(server.received[0]?.body.toString()).toBe(
      "username=admin&password=the-password-0123&grant_type=password&client_id=admin-cli",
    );
  });

  it("stays logged in to the realm it began with, whatever realm it works on later", async () => {
    const clock = createFakeClock();
    const server = await startServer();
    const api = factory(server.url, { clock });
    await api.realms.find();
    api.setConfig({ realmName: "other" });
    await clock.advance(300_000);
    await api.users.find();
    expect(server.received.map(({ path }) => path)).toEqual([
      "/realms/master/protocol/openid-connect/token",
      "/admin/realms/",
      "/realms/master/protocol/openid-connect/token",
      "/admin/realms/other/users/",
    ]);
  });

  it("logs in again before the token expires, by at most half a minute and a quarter of its life", async () => {
    for (const { lifetimeS, usedMs } of [
      { lifetimeS: 300, usedMs: 270_000 },
      { lifetimeS: 60, usedMs: 45_000 },
      { lifetimeS: 4, usedMs: 3_000 },
    ]) {
      const clock = createFakeClock();
      const server = await startServer(({ isLogin }) =>
        isLogin ? { body: { access_token: "t", expires_in: lifetimeS } } : undefined,
      );
      const api = factory(server.url, { clock });
      await api.realms.find();
      await clock.advance(usedMs - 1);
      await api.realms.find();
      expect([lifetimeS, server.logins]).toEqual([lifetimeS, 1]);
      await clock.advance(1);
      await api.realms.find();
      expect([lifetimeS, server.logins]).toEqual([lifetimeS, 2]);
    }
  });

  it("forgets a token that the server refuses, and tries once more with a new one, also a write", async () => {
    const server = await startServer(({ bearer }) => (bearer === "token-1" ? { status: 401 } : undefined));
    const seen = recorder();
    const api = factory(server.url, { hooks: seen.hooks });
    expect(await api.realms.create({ realm: "r" })).toEqual({ realmName: "new-id" });
    expect(server.calls.map(({ bearer, body }) => [bearer, String(body)])).toEqual([
      ["token-1", '{"realm":"r"}'],
      ["token-2", '{"realm":"r"}'],
    ]);
    expect(seen.attempts.map(({ operation }) => operation)).toEqual(["auth", "realms.create", "auth", "realms.create"]);
    await api.realms.find();
    expect([server.logins, server.calls.at(-1)?.bearer]).toEqual([2, "token-2"]);
  });

  it("does the same for the v2 API", async () => {
    const server = await startServer(({ bearer, isLogin }) => {
      if (isLogin) return undefined;
      return bearer === "token-1" ? { status: 401 } : { body: { clientId: "c" } };
    });
    const api = factory(server.url, { enableExperimentalApis: true });
    expect(await api.clients.v2().byId("c").put({ clientId: "c" })).toMatchObject({ clientId: "c" });
    expect(server.calls.map(({ bearer }) => bearer)).toEqual(["token-1", "token-2"]);
  });

  it("gives up when the new token is refused as well", async () => {
    const server = await startServer(({ isLogin }) => (isLogin ? undefined : { status: 401, body: { error: "no" } }));
    const error = await rejection(factory(server.url).realms.find());
    expect(error).toBeInstanceOf(NetworkError);
    expect([server.logins, server.calls.length]).toEqual([2, 2]);
  });

  it("logs in once for many calls that are refused at the same time", async () => {
    const server = await startServer(({ bearer }) => (bearer === "token-1" ? { status: 401 } : undefined));
    const api = factory(server.url);
    await Promise.all(Array.from({ length: 10 }, () => api.realms.find()));
    expect(server.logins).toBe(2);
  });

  it("comes out with the SDK's error when the login is refused, and asks again the next time", async () => {
    const refusal = { status: 401, body: { error: "unauthorized_client", error_description: `not ${clientSecret}` } };
    const server = await startServer(({ isLogin }, index) => (isLogin && index === 0 ? refusal : undefined));
    const api = factory(server.url);
    const error = await rejection(api.realms.find());
    expect(error).toBeInstanceOf(NetworkError);
    expect(error["responseData"]).toEqual({ error: "unauthorized_client", error_description: "not [secret]" });
    expect(server.received).toHaveLength(1);
    await api.realms.find();
    expect(server.logins).toBe(2);
  });

  it("repeats a login that failed in a way that may pass", async () => {
    const server = await startServer(({ isLogin }, index) => (isLogin && index === 0 ? { status: 503 } : undefined));
    await factory(server.url).realms.find();
    expect(server.received.map(({ isLogin }) => isLogin)).toEqual([true, true, false]);
  });

  it("sends each login through the attempt stage, charged to no namespace and before the calls that wait", async () => {
    const server = await startServer();
    const charged: (readonly [string, string | undefined, number])[] = [];
    const api = factory(server.url, {
      quota: (call) => (charged.push([call.operation, call.caller?.namespace, call.priority]), []),
    });
    await withCaller({ namespace: "team-a" }, () => api.realms.find());
    expect(charged).toEqual([
      ["auth", undefined, 1],
      ["realms.find", "team-a", 0],
    ]);
  });

  it("goes on with the login when the call that began it is aborted", async () => {
    const waiting: (() => void)[] = [];
    const server = await startServer(({ isLogin }) =>
      isLogin ? new Promise((resolve) => waiting.push(() => resolve(undefined))) : undefined,
    );
    const api = factory(server.url);
    const controller = new AbortController();
    const first = withCallOptions({ signal: controller.signal }, () => api.realms.find());
    const second = api.users.find();
    await expect.poll(() => waiting.length, { timeout: 10_000 }).toBe(1);
    const reason = new Error("not any more");
    controller.abort(reason);
    expect(await rejection(first)).toBe(reason);
    waiting[0]?.();
    expect(await second).toEqual([]);
    expect([server.logins, server.calls.length]).toEqual([1, 1]);
  });

  it("sends a request that waited for its turn with the token of the moment", async () => {
    const clock = createFakeClock();
    const server = await startServer();
    // One in 400 s after the first two: longer than a token lives.
    const quota = { global: { refillRate: 1 / 400, burst: 2 } };
    const api = factory(server.url, { clock, quota, timeoutMs: 1e7 });
    await api.realms.find();
    const late = api.users.find();
    const counted = (): Promise<number> => clock.advance(20_000).then(() => server.calls.length);
    await expect.poll(counted, { interval: 1, timeout: 10_000 }).toBe(2);
    await late;
    expect(server.calls.map(({ bearer }) => bearer)).toEqual(["token-1", "token-2"]);
    expect(server.logins).toBe(2);
  });

  it("says what is missing before anything is sent, when there is no login anywhere", async () => {
    const server = await startServer();
    await using api = createKeycloakApi(newAccount(), { baseUrl: server.url, env: {}, quota: wide });
    const error = await rejection(api.realms.find());
    expect([isSluiceError(error), error.message]).toEqual([true, expect.stringContaining("KEYCLOAK_CLIENT_SECRET")]);
    expect(server.received).toHaveLength(0);
    api.setAccessToken("mine");
    await api.realms.find();
    expect(server.received).toHaveLength(1);
  });
});

describe("a login of the user's own", () => {
  it("takes the place of the one that the factory was given", async () => {
    const server = await startServer();
    const seen = recorder();
    const api = factory(server.url, { hooks: seen.hooks });
    await api.auth(password);
    await api.realms.find();
    expect(server.logins).toBe(1);
    expect(String(server.received[0]?.body)).toContain("grant_type=password");
    expect(server.calls[0]?.bearer).toBe("token-1");
    expect(seen.calls.map(({ operation }) => operation)).toEqual(["auth", "realms.find"]);
    expect(JSON.stringify(seen.calls.map(({ args }) => args))).not.toContain(password.password);
  });

  it("is refreshed once for all calls that wait for it", async () => {
    const server = await startServer(({ isLogin }, index) =>
      isLogin
        ? { body: { access_token: jwt(index === 0 ? NOW_S - 60 : NOW_S + 600), refresh_token: "r-0123456" } }
        : undefined,
    );
    const api = factory(server.url);
    await api.auth(auth);
    await Promise.all(Array.from({ length: 10 }, () => api.realms.find()));
    expect(server.logins).toBe(2);
    expect(String(server.received[1]?.body)).toContain("grant_type=refresh_token");
  });

  it("is not repeated with a refresh token after an unclear outcome: that may be good only once", async () => {
    const server = await startServer(({ isLogin }, index) => {
      if (!isLogin) return undefined;
      return index === 0
        ? { body: { access_token: jwt(NOW_S - 60), refresh_token: "r-0123456" } }
        : { action: "drop" as const };
    });
    const api = factory(server.url);
    await api.auth(auth);
    await rejection(api.realms.find());
    expect(server.logins).toBe(2);
  });
});

describe.each(ours)("%s", (_name, make) => {
  it("sends the SDK's own refresh through the attempt stage", async () => {
    const server = await startServer(({ isLogin }, index) =>
      isLogin
        ? { body: { access_token: jwt(index === 0 ? NOW_S - 60 : NOW_S + 600), refresh_token: "r-0123456" } }
        : undefined,
    );
    const seen = recorder();
    const client = make(server.url, { hooks: seen.hooks });
    await client.auth(auth);
    await client.realms.find();
    expect(seen.calls.map(({ operation }) => operation)).toEqual(["auth", "realms.find"]);
    expect(seen.attempts.map(({ operation }) => operation)).toEqual(["auth", "auth", "realms.find"]);
    expect(server.received).toHaveLength(3);
  });

  it("sends a refresh that the user asks for through it as well", async () => {
    const server = await startServer(({ isLogin }, index) =>
      isLogin
        ? { body: { access_token: jwt(index === 0 ? NOW_S - 60 : NOW_S + 600, "second"), refresh_token: "r-0123456" } }
        : undefined,
    );
    const seen = recorder();
    const client = make(server.url, { hooks: seen.hooks });
    await client.auth(auth);
    expect(await client.getAccessToken()).toBe(client.accessToken);
    expect(seen.attempts.map(({ operation }) => operation)).toEqual(["auth", "auth"]);
  });
});

it("an answer of 401 is left to the user where the token is the user's", async () => {
  const server = await startServer(inOrder({ status: 401 }, {}));
  const error = await rejection(factory(server.url, { accessToken: "mine" }).realms.find());
  expect(error).toBeInstanceOf(NetworkError);
  expect(server.received).toHaveLength(1);
});
