import type KcAdminClient from "@keycloak/keycloak-admin-client";
import { describe, expect, it } from "vitest";
import { clientSecret, factory, kinds, type Make } from "../test-support/clients.test-support.js";
import { everyMethod } from "../test-support/methods.test-support.js";
import { goodAnswer, inOrder, type Received, startServer } from "../test-support/server.test-support.js";

type Options = Parameters<Make>[1];

interface Case {
  readonly what: string;
  readonly options?: Options;
  readonly call: (client: KcAdminClient) => Promise<unknown>;
}

const form = (): FormData => {
  const data = new FormData();
  data.set("file", new Blob(["-----BEGIN"]), "a.pem");
  return data;
};

const cases: readonly Case[] = [
  { what: "a path alone", call: (client) => client.realms.find() },
  {
    what: "a query of texts, numbers and lists",
    call: (client) => client.users.find({ max: 5, search: "é b&c", q: "a:b" }),
  },
  { what: "another realm", call: (client) => client.clients.find({ realm: "r/1", clientId: "x" }) },
  {
    what: "an object",
    call: (client) => client.realms.create({ realm: "r", attributes: { a: "1", b: "🙂" } as never }),
  },
  {
    what: "a query beside a body",
    call: (client) => client.users.update({ id: "u", realm: "r" }, { email: "a@b.c", enabled: false }),
  },
  { what: "a list", call: (client) => client.users.addRealmRoleMappings({ id: "u", roles: [{ id: "1", name: "n" }] }) },
  {
    what: "plain text",
    call: (client) => client.realms.addLocalization({ realm: "r", selectedLocale: "de", key: "k" }, "Grüße" as never),
  },
  {
    what: "a body of a deletion",
    call: (client) => client.users.delRealmRoleMappings({ id: "u", roles: [{ id: "1", name: "n" }] }),
  },
  {
    what: "a form with a file",
    call: (client) => client.clients.uploadKey({ id: "c", attr: "jwt.credential" }, form()),
  },
  {
    what: "headers of the user",
    options: { requestOptions: { headers: { "X-First": "1", Authorization: "Basic x", "x-last": "y" } } },
    call: (client) => client.realms.find(),
  },
  { what: "a timeout", options: { timeout: 5000 }, call: (client) => client.realms.find() },
  { what: "an organization's groups", call: (client) => client.organizations.groups("o").find({ max: 2 }) },
  {
    what: "the v2 API, reading",
    call: (client) => client.clients.v2().get({ queryParameters: { limit: 2, q: "a b" } }),
  },
  { what: "the v2 API, its headers", call: (client) => client.clients.v2().get({ headers: { "X-A": "1" } }) },
  {
    what: "the v2 API, writing",
    call: (client) => client.clients.v2().byId("c/1").put({ clientId: "c", protocol: "openid-connect" }),
  },
  { what: "the v2 API, deleting", call: (client) => client.clients.v2().byId("c").delete() },
  {
    what: "a login with a secret",
    call: (client) =>
      client.auth({ grantType: "client_credentials", clientId: "a b", clientSecret, scopes: ["x", "y"] }),
  },
  {
    what: "a login with a password",
    call: (client) =>
      client.auth({ grantType: "password", clientId: "admin-cli", username: "u", password: "p&w", totp: "1" }),
  },
];

/** What the server saw, with the parts that change from request to request held still. */
function seen({ method, path, headers, body }: Received, origin: string): object {
  const all = JSON.stringify({ method, path, headers, body: body.toString("latin1") });
  const boundary = /boundary=([^"\\]+)/.exec(all)?.[1];
  return JSON.parse(
    (boundary === undefined ? all : all.replaceAll(boundary, "BOUNDARY")).replaceAll(origin.slice(7), "HOST"),
  ) as object;
}

async function sentBy(make: Make, options: Options, call: Case["call"]): Promise<object[]> {
  const server = await startServer(goodAnswer);
  await call(make(server.url, options));
  return server.received.map((request) => seen(request, server.url));
}

describe("what goes out is byte for byte what the SDK sends", () => {
  it.each(cases)("$what", async ({ options, call }) => {
    const [expected, ...others] = await Promise.all(kinds.map(([, make]) => sentBy(make, options, call)));
    expect(expected).toHaveLength(1);
    for (const other of others) expect(other).toEqual(expected);
  });

  it("every method that the SDK has", { timeout: 60_000 }, async () => {
    const sent = await Promise.all(
      kinds.map(([, make]) =>
        sentBy(make, {}, async (client) => {
          for (const { run } of everyMethod(client)) await run();
        }),
      ),
    );
    expect(sent[0]?.length).toBeGreaterThan(400);
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[2]).toEqual(sent[0]);
  });

  it("a login of ours is the login of the SDK", async () => {
    const login = { grantType: "client_credentials", clientId: "operator", clientSecret } as const;
    const [sdk, own] = [await startServer(), await startServer()];
    await kinds[0]?.[1](sdk.url).auth(login);
    await factory(own.url, { auth: login }).realms.find();
    expect(seen(own.received[0] as Received, own.url)).toEqual(seen(sdk.received[0] as Received, sdk.url));
  });

  it("a repetition by our retry is the same request again", async () => {
    const server = await startServer(inOrder({ status: 503 }, {}));
    const client = factory(server.url, { accessToken: "t" });
    await client.users.find({ max: 3 });
    const [first, second] = server.received.map((request) => seen(request, server.url));
    expect(second).toEqual(first);
  });

  it("the options and their headers are not written to", async () => {
    const server = await startServer();
    for (const [, make] of kinds.slice(1)) {
      const options = Object.freeze({ requestOptions: Object.freeze({ headers: Object.freeze({ "X-A": "1" }) }) });
      await make(server.url, options).realms.find();
      expect(options.requestOptions.headers).toEqual({ "X-A": "1" });
    }
  });
});
