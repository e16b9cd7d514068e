import { inspect } from "node:util";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { ConfigError } from "@sluice/core";
import type { KeycloakFactoryOptions } from "./options.js";
import { createKeycloakApi } from "./create-keycloak-api.js";
import { clientSecret, factory, newAccount, ours, rejection, wide } from "../test-support/clients.test-support.js";
import { jwt, startServer } from "../test-support/server.test-support.js";

const MARK = "MARKERabcdef";

/** Everything that could be seen of a value: inspected with hidden fields, as JSON, its message and stack. */
function everything(value: unknown): string {
  const { message, stack, cause } = (value ?? {}) as Partial<Error>;
  const shown = [false, true].map((showHidden) => inspect(value, { depth: 12, showHidden, getters: false }));
  return [...shown, JSON.stringify(value) ?? "", message, stack, inspect(cause, { depth: 9 })].join("\n");
}

describe("no secret shows", () => {
  it.each(ours)("in an inspected client of %s, its resources included", async (_name, make) => {
    const server = await startServer(({ isLogin }) =>
      isLogin ? { body: { access_token: jwt(9e9, MARK), refresh_token: `refresh-${MARK}` } } : undefined,
    );
    const client = make(server.url);
    client.setAccessToken(`token-${MARK}`);
    for (const part of [client, client.users, client.organizations, { ...client }])
      expect(everything(part)).not.toContain(MARK);
    await client.auth({ grantType: "password", clientId: "c", username: "u", password: `password-${MARK}` });
    expect(client.refreshToken).toBe(`refresh-${MARK}`);
    for (const part of [client, client.users, { ...client }]) expect(everything(part)).not.toContain(MARK);
  });

  it("in errors that repeat it: tokens, client secrets and passwords, of the client and of the call's arguments", async () => {
    const said: string[] = [];
    const server = await startServer(({ body, headers, isLogin }) => {
      const authorization = headers.find(([name]) => name.toLowerCase() === "authorization")?.[1] ?? "";
      said.push(authorization);
      const echo = { errorMessage: `${authorization.replace(/^\S+ /, "")} ${String(body)}` };
      return isLogin ? undefined : { status: 400, body: echo };
    });
    const api = factory(server.url, {
      auth: { grantType: "client_credentials", clientId: "c", clientSecret: `s-${MARK}` },
    });
    const secrets = { clientId: "c", secret: `arg-${MARK}` };
    const calls = [
      () => api.clients.create(secrets),
      () =>
        api.users.resetPassword({ id: "u", credential: { type: "password", value: `arg-${MARK}`, temporary: false } }),
      () => api.components.create({ config: { bindCredential: [`arg-${MARK}`] } as never }),
    ];
    for (const call of calls.slice(0, 2)) expect(everything(await rejection(call()))).not.toContain(MARK);
    const error = await rejection(api.realms.find());
    expect(error.message).toContain("[secret]");
    expect(everything(error)).not.toContain("token-1");
  });

  it("in errors of the transport, of logins and of settings", async () => {
    const auth = { grantType: "password", clientId: "c", username: "u", password: `p-${MARK}` } as const;
    const gone = await startServer();
    await gone[Symbol.asyncDispose]();
    const options = { auth, retry: false, registry: new Registry() } as const;
    expect(everything(await rejection(factory(gone.url, options).realms.find()))).not.toContain(MARK);
    const refusing = await startServer(({ body }) => ({
      status: 401,
      body: { error: "x", error_description: String(body) },
    }));
    expect(everything(await rejection(factory(refusing.url, options).realms.find()))).not.toContain(MARK);
    const wrong: KeycloakFactoryOptions[] = [
      { accessToken: `with spaces ${MARK}` },
      { accessToken: `a.${Buffer.from(`{"${MARK}"`).toString("base64url")}.c` },
      { baseUrl: `http://user:${MARK}@localhost` },
      { auth: { grantType: "password", clientId: "", username: "u", password: MARK } },
      { auth: `Basic ${MARK}` as never },
    ];
    for (const each of wrong) {
      const error = await rejection(
        Promise.resolve().then(() => createKeycloakApi(newAccount(), { env: {}, ...each })),
      );
      expect(error).toBeInstanceOf(ConfigError);
      expect(everything(error)).not.toContain(MARK);
    }
  });

  it("in metrics", async () => {
    const registry = new Registry();
    const server = await startServer();
    const auth = { grantType: "client_credentials", clientId: "c", clientSecret: `s-${MARK}` } as const;
    await factory(server.url, { auth, registry, quota: wide }).realms.find();
    const text = await registry.metrics();
    expect(text).toContain('operation="auth"');
    for (const secret of [MARK, "token-1", clientSecret]) expect(text).not.toContain(secret);
  });
});
