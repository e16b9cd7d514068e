import { generateKeyPairSync } from "node:crypto";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { factory, keptLog, plain, recorder, rejection } from "../test-support/clients.test-support.js";
import { appServer } from "../test-support/app.test-support.js";

const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .privateKey.export({ type: "pkcs1", format: "pem" })
  .toString();
const auth = { appId: 7, privateKey, installationId: 42 };
const app = { authStrategy: createAppAuth, auth };
const tokenRoute = "POST /app/installations/{installation_id}/access_tokens";

// Octokit itself tries a token again, seconds later, that it holds for too new.
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());
const age = (): void => void vi.setSystemTime(Date.now() + 10_000);

describe("the token of an installation", () => {
  it("is got once, by a request that passes both stages and is charged to the app", async () => {
    const { server, asked, used } = await appServer();
    const seen = recorder();
    const client = factory(server.origin, { ...app, hooks: seen.hooks });
    await Promise.all([1, 2, 3].map((n) => client.request("GET /user", { n })));
    await client.request("GET /user");
    expect(asked()).toBe(1);
    expect(used()).toEqual(Array(4).fill("token ghs_1"));
    const names = seen.attempts.map(({ operation }) => operation).toSorted();
    expect(names).toEqual([...Array<string>(4).fill("GET /user"), tokenRoute]);
    expect(seen.calls.map(({ operation }) => operation).toSorted()).toEqual(names);
  });

  it("is got before anything is taken from the limits of those who need it", async () => {
    const { server } = await appServer();
    const charged: string[] = [];
    const quota = (call: { readonly operation: string }) => (charged.push(call.operation), []);
    await factory(server.origin, { ...app, quota }).request("GET /user");
    expect(charged).toEqual([tokenRoute, "GET /user"]);
  });

  it("is sent for as Octokit does, byte for byte", async () => {
    const [one, other] = [await appServer(), await appServer()];
    await new Octokit({ ...app, baseUrl: one.server.origin, log: keptLog() }).request("GET /user");
    await factory(other.server.origin, app).request("GET /user");
    const shape = ({ server }: typeof one): unknown =>
      server.received.map(({ method, path, headers, body }) => [
        method,
        path,
        headers.map(([name, value]) => `${name}: ${/^(?:host|authorization)$/i.test(name) ? "" : value}`),
        String(body),
      ]);
    expect(shape(other)).toEqual(shape(one));
  });

  it("that failed is told by the SDK's own error, and nothing is taken for what needed it", async () => {
    const { server, fail } = await appServer();
    fail(404);
    const charged: string[] = [];
    const quota = (call: { readonly operation: string }) => (charged.push(call.operation), []);
    const error = await rejection(factory(server.origin, { ...app, quota }).request("GET /user"));
    expect(error).toMatchObject({ name: "HttpError", status: 404 });
    expect(charged).toEqual([tokenRoute]);
  });

  it("that was refused is got anew, and the request repeated, writes too", async () => {
    const { server, asked, used, revoke } = await appServer();
    const client = factory(server.origin, { ...app, log: keptLog() });
    await client.request("GET /user");
    revoke("ghs_1");
    age();
    await client.request("POST /user/repos", { name: "r" });
    expect(asked()).toBe(2);
    expect(used().at(-1)).toBe("token ghs_2");
  });

  it("that is refused again and again is not got for ever", async () => {
    const { server, asked, revoke } = await appServer(age);
    for (const n of [1, 2, 3, 4]) revoke(`ghs_${n}`);
    const error = await rejection(factory(server.origin, app).request("GET /user"));
    expect(error).toMatchObject({ status: 401 });
    expect(asked()).toBe(2);
  });

  it("is made new when auth() is asked to refresh it", async () => {
    const { server, asked } = await appServer();
    const client = factory(server.origin, app);
    const first = await client.auth({ type: "installation" });
    expect(await client.auth({ type: "installation" })).toMatchObject({ token: (first as { token: string }).token });
    expect(await client.auth({ type: "installation", refresh: true })).toMatchObject({ token: "ghs_2" });
    await client.request("GET /user");
    expect(asked()).toBe(2);
  });

  it("with other rights is another one", async () => {
    const { server, asked } = await appServer();
    const client = factory(server.origin, app);
    const read = await client.auth({ type: "installation", permissions: { contents: "read" } });
    const write = await client.auth({ type: "installation", permissions: { contents: "write" } });
    const other = await client.auth({ type: "installation", installationId: 43 });
    expect(new Set([read, write, other].map((one) => (one as { token: string }).token)).size).toBe(3);
    expect(asked()).toBe(3);
  });

  it("is the user's to make by the method of that name, which shares nothing", async () => {
    const { server, asked } = await appServer();
    const client = factory(server.origin, app);
    await client.rest.apps.createInstallationAccessToken({ installation_id: 42 });
    await client.rest.apps.createInstallationAccessToken({ installation_id: 42 });
    expect(asked()).toBe(2);
  });

  it("is not kept for the last minute and a half of its life", async () => {
    const { server, asked, lifetime } = await appServer();
    lifetime(80_000);
    await factory(server.origin, app).request("GET /user");
    expect(asked()).toBeGreaterThan(0);
  });
});

describe("a plain client of an app", () => {
  it("leaves tokens to the strategy, and shows the request for them", async () => {
    const { server, asked } = await appServer();
    const seen = recorder();
    const client = plain(server.origin, { ...app, hooks: seen.hooks });
    await client.request("GET /user");
    await client.request("GET /user");
    expect(asked()).toBe(1);
    expect(seen.attempts.map(({ operation }) => operation)).toEqual([tokenRoute, "GET /user", "GET /user"]);
  });
});

it("what only the app may ask is signed, and charged to the app", async () => {
  const { server, asked, used } = await appServer();
  const client = factory(server.origin, app);
  await client.rest.apps.getAuthenticated();
  expect(asked()).toBe(0);
  expect(used()[0]).toMatch(/^bearer [\w-]+\.[\w-]+\.[\w-]+$/);
});

it("what a strategy sends again by itself passes the attempt stage too", async () => {
  const { server, used, revoke } = await appServer();
  const seen = recorder();
  const charged: string[] = [];
  const quota = (call: { readonly operation: string }) => (charged.push(call.operation), []);
  const client = factory(server.origin, { ...app, hooks: seen.hooks, quota });
  revoke("ghs_1", 1);
  await client.request("GET /user");
  expect(used()).toEqual(["token ghs_1", "token ghs_1"]);
  expect(charged).toEqual([tokenRoute, "GET /user", "GET /user"]);
  expect(seen.calls.map(({ operation }) => operation)).toEqual(["GET /user", tokenRoute]);
});
