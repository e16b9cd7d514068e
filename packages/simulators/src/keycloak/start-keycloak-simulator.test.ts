import KcAdminClient from "@keycloak/keycloak-admin-client";
import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench, credentials, refusalOf } from "./simulator.test-support.js";
import { startKeycloakSimulator } from "./start-keycloak-simulator.js";

describe("tokens", () => {
  it("are needed for everything but the login", async () => {
    const { simulator } = await bench();
    const stranger = new KcAdminClient({ baseUrl: simulator.url });
    stranger.setAccessToken("made-up");
    expect(await refusalOf(stranger.realms.find())).toEqual([401, { error: "HTTP 401 Unauthorized" }]);
  });

  it("expire by the wall clock, and at once when they are revoked", async () => {
    const wallClock = manualClock(1_700_000_000_000);
    const { client, simulator } = await bench({ wallClock, tokenLifetimeSeconds: 60 });
    client.registerTokenProvider({ getAccessToken: async () => client.accessToken });
    wallClock.advance(59_999);
    await client.realms.find();
    wallClock.advance(1);
    expect((await refusalOf(client.realms.find()))[0]).toBe(401);
    await client.auth(credentials);
    await client.realms.find();
    simulator.revokeTokens();
    expect((await refusalOf(client.realms.find()))[0]).toBe(401);
  });

  it("of users can be refreshed, those of clients cannot", async () => {
    const { client } = await bench();
    expect(client.refreshToken).toBeUndefined();
    await client.auth({ grantType: "password", clientId: "admin-cli", username: "admin", password: "any" });
    const { refreshToken = "" } = client;
    await client.auth({ grantType: "refresh_token", clientId: "admin-cli", refreshToken });
    await client.realms.find();
    expect(
      await refusalOf(client.auth({ grantType: "refresh_token", clientId: "admin-cli", refreshToken: "x" })),
    ).toEqual([400, { error: "invalid_grant", error_description: "Token is not active" }]);
  });

  it("are refused to strangers where logins are listed", async () => {
    const { client } = await bench({ clients: { operator: "s3cret" }, users: { admin: "p" } });
    expect(await refusalOf(client.auth({ ...credentials, clientSecret: "wrong" }))).toEqual([
      401,
      { error: "unauthorized_client", error_description: "Invalid client or Invalid client credentials" },
    ]);
    const login = { grantType: "password", clientId: "admin-cli", username: "admin" } as const;
    await client.auth({ ...login, password: "p" });
    expect((await refusalOf(client.auth({ ...login, password: "q" })))[1]).toMatchObject({ error: "invalid_grant" });
    expect((await refusalOf(client.auth({ ...credentials, grantType: "implicit" as never })))[1]).toMatchObject({
      error: "unsupported_grant_type",
    });
  });
});

describe("the server", () => {
  it("records every request under its route, with path and account", async () => {
    const { client, simulator } = await bench({ realms: ["shop"] });
    await client.clients.find({ realm: "shop" });
    expect(simulator.ledger.entries()).toMatchObject([
      { method: "POST /realms/{realm}/protocol/openid-connect/token", status: 200 },
      {
        method: "GET /admin/realms/{realm}/clients",
        path: "/admin/realms/shop/clients/",
        account: "client operator",
        status: 200,
      },
    ]);
  });

  it("fails the next requests in a chosen way", async () => {
    const { client, simulator } = await bench();
    simulator.failNext({ method: "GET /admin/realms", status: 503, headers: { "Retry-After": "7" } });
    await client.users.find();
    expect(await refusalOf(client.realms.find())).toEqual([503, { error: "unknown_error" }]);
    expect(simulator.ledger.entries().at(-1)).toMatchObject({ status: 503, retryAfterSeconds: 7, accepted: false });
    simulator.failNext({ status: 500, processed: true });
    expect((await refusalOf(client.realms.create({ realm: "made" })))[0]).toBe(500);
    expect(simulator.state.realms.has("made")).toBe(true);
    simulator.failNext({ status: 500 });
    simulator.clearFaults();
    await client.realms.find();
  });

  it("goes down and comes back with all that was there", async () => {
    const { client, simulator } = await bench();
    await client.realms.create({ realm: "kept" });
    simulator.down();
    await expect(client.realms.find()).rejects.toThrow("fetch failed");
    simulator.down({ status: 502 });
    expect((await refusalOf(client.realms.find()))[0]).toBe(502);
    simulator.up();
    expect(await client.realms.findOne({ realm: "kept" })).toMatchObject({ realm: "kept" });
    expect(simulator.ledger.count({ accepted: false })).toBe(2);
  });

  it("may have a proxy in front that refuses what is too much", async () => {
    const clock = manualClock();
    const { client, simulator } = await bench({ limit: { perSecond: 2, burst: 3 }, clock });
    await client.realms.find();
    await client.realms.find();
    expect(await refusalOf(client.realms.find())).toEqual([429, { error: "too_many_requests" }]);
    expect(simulator.ledger.throttled()).toMatchObject([{ retryAfterSeconds: 1, accepted: false }]);
    clock.advance(500);
    await client.realms.find();
  });

  it("holds each answer back for as long as it is told", async () => {
    const { client } = await bench({ latencyMs: 20 });
    const startedMs = performance.now();
    await client.realms.find();
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(19);
  });

  it.each([
    [{ tokenLifetimeSeconds: 0 }, "tokenLifetimeSeconds must be a whole number >= 1, got 0"],
    [{ limit: { perSecond: 0 } }, "limit.perSecond must be a number > 0, got 0"],
    [{ limit: { perSecond: 1, burst: 0.5 } }, "limit.burst must be a whole number >= 1, got 0.5"],
    [{ speed: 0 }, "speed must be a number > 0, got 0"],
  ])("refuses %o", async (options, message) => {
    await expect(startKeycloakSimulator(options)).rejects.toThrow(message);
  });
});
