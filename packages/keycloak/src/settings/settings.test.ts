import { ConfigError } from "@sluice/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { createKeycloakApi } from "../client/create-keycloak-api.js";
import type { KeycloakFactoryOptions } from "../client/options.js";
import { rejection, wide } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

/** What a client made of these settings sends first, and where. */
async function first(env: Record<string, string>, options: KeycloakFactoryOptions = {}) {
  const server = await startServer();
  const api = createKeycloakApi("team one", { env: { KEYCLOAK_URL: server.url, ...env }, quota: wide, ...options });
  onTestFinished(() => api.close());
  await api.users.find();
  const [request] = server.received;
  const authorization = request?.headers.find(([name]) => name.toLowerCase() === "authorization")?.[1] ?? "";
  return { path: request?.path, body: String(request?.body), authorization };
}

const basic = (user: string, password: string): string => `Basic ${btoa(`${user}:${password}`)}`;

describe("the environment", () => {
  it("names server, realm and a client with a secret", async () => {
    const env = { KEYCLOAK_REALM: "apps", KEYCLOAK_CLIENT_ID: "operator", KEYCLOAK_CLIENT_SECRET: "s" };
    expect(await first(env)).toEqual({
      path: "/realms/apps/protocol/openid-connect/token",
      body: "grant_type=client_credentials&client_id=operator",
      authorization: basic("operator", "s"),
    });
  });

  it("names a user with a password, of the client for administration unless it names another", async () => {
    const env = { KEYCLOAK_USERNAME: "admin", KEYCLOAK_PASSWORD: "p" };
    expect((await first(env)).body).toBe("username=admin&password=p&grant_type=password&client_id=admin-cli");
    const own = await first({ ...env, KEYCLOAK_CLIENT_ID: "own", KEYCLOAK_CLIENT_SECRET: "s" });
    expect([own.body, own.authorization]).toEqual([
      "username=admin&password=p&grant_type=password&client_id=own",
      basic("own", "s"),
    ]);
  });

  it("names a token, which beats the rest", async () => {
    const sent = await first({ KEYCLOAK_TOKEN: "a-token", KEYCLOAK_CLIENT_ID: "c", KEYCLOAK_CLIENT_SECRET: "s" });
    expect([sent.path, sent.authorization]).toEqual(["/admin/realms/master/users/", "Bearer a-token"]);
  });

  it("may name each of them for an account alone, which comes first", async () => {
    const env = { KEYCLOAK_TOKEN: "general", KEYCLOAK_TOKEN_TEAM_ONE: "own", KEYCLOAK_REALM_TEAM_ONE: "one" };
    const sent = await first(env);
    expect([sent.path, sent.authorization]).toEqual(["/admin/realms/one/users/", "Bearer own"]);
  });

  it("is beaten by options, and empty variables count as absent", async () => {
    const env = { KEYCLOAK_TOKEN: "general", KEYCLOAK_REALM: "", KEYCLOAK_USERNAME: "" };
    expect((await first(env, { accessToken: "own" })).authorization).toBe("Bearer own");
    const auth = { grantType: "client_credentials", clientId: "c", clientSecret: "s" } as const;
    expect((await first(env, { auth })).authorization).toBe(basic("c", "s"));
  });
});

describe("a wrong setting is refused before anything is opened", () => {
  const credentials = { grantType: "client_credentials", clientId: "c", clientSecret: "s" } as const;
  it.each<[string, KeycloakFactoryOptions, Record<string, string>, RegExp]>([
    ["a URL without a scheme", { baseUrl: "localhost:8080" }, {}, /^baseUrl must be an http or https URL/],
    ["a variable that is no URL", {}, { KEYCLOAK_URL: "keycloak" }, /^KEYCLOAK_URL must be .* got "keycloak"$/],
    ["an account's variable", {}, { KEYCLOAK_URL_MAIN: "ftp://x" }, /^KEYCLOAK_URL_MAIN must be /],
    ["a realm that is no text", { realmName: 5 as never }, {}, /^realmName must be the name of a realm, got 5$/],
    [
      "a secret without a client",
      {},
      { KEYCLOAK_CLIENT_SECRET: "s" },
      /^KEYCLOAK_CLIENT_ID_MAIN or KEYCLOAK_CLIENT_ID /,
    ],
    [
      "a client without a secret",
      {},
      { KEYCLOAK_CLIENT_ID: "c" },
      /^KEYCLOAK_CLIENT_SECRET_MAIN or .* since KEYCLOAK_CLIENT_ID is/,
    ],
    ["a user without a password", {}, { KEYCLOAK_USERNAME: "u" }, /^KEYCLOAK_PASSWORD_MAIN or KEYCLOAK_PASSWORD /],
    ["a password without a user", {}, { KEYCLOAK_PASSWORD: "p" }, /^KEYCLOAK_USERNAME_MAIN or KEYCLOAK_USERNAME /],
    [
      "a grant nobody knows",
      { auth: { ...credentials, grantType: "implicit" as never } },
      {},
      /^auth.grantType must be /,
    ],
    [
      "credentials without a secret",
      { auth: { grantType: "client_credentials", clientId: "c" } },
      {},
      /^auth.clientSecret /,
    ],
    [
      "a password login without a user",
      { auth: { grantType: "password", clientId: "c", password: "p" } },
      {},
      /^auth.username /,
    ],
    ["a refresh without a token", { auth: { grantType: "refresh_token", clientId: "c" } }, {}, /^auth.refreshToken /],
    ["a token with spaces", {}, { KEYCLOAK_TOKEN: "a b" }, /^KEYCLOAK_TOKEN must be .* got "string"$/],
    ["a timeout below 0", { timeout: -1 }, {}, /^timeout must be a finite number >= 0, got -1$/],
    ["a mode nobody knows", { mode: "off" as never }, {}, /^mode must be /],
    ["a malformed Redis URL", {}, { REDIS_URL: "nowhere" }, /^REDIS_URL must be /],
    ["breaker rules out of range", { breaker: { openMs: 0 } }, {}, /openMs must be /],
  ])("%s", async (_what, options, env, message) => {
    const error = await rejection(Promise.resolve().then(() => createKeycloakApi("main", { env, ...options })));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(message);
  });

  it("an empty account", () => {
    expect(() => createKeycloakApi(" ")).toThrow(expect.objectContaining({ option: "account" }) as Error);
  });
});
