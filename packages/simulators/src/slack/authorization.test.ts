import { describe, expect, it } from "vitest";
import { bench, errorOf } from "./simulator.test-support.js";

describe("authorization", () => {
  it("takes every token that starts with xox for one app in the workspace acme", async () => {
    const { clientFor, simulator } = await bench();
    const first = await clientFor("xoxb-1").auth.test();
    const second = await clientFor("xoxp-2").auth.test();
    expect(first).toMatchObject({ ok: true, team: "acme", team_id: "T0000001", user_id: "UB0000001" });
    expect(second.user_id).toBe(first.user_id);
    expect(simulator.ledger.entries()[0]).toMatchObject({ team: "acme", app: "simulated-app" });
  });

  it("refuses calls without a token and with a wrong one", async () => {
    const { clientFor } = await bench();
    expect(await errorOf(clientFor(undefined).users.list({}))).toBe("not_authed");
    expect(await errorOf(clientFor("secret").users.list({}))).toBe("invalid_auth");
  });

  it("accepts the token as an argument too", async () => {
    const { post } = await bench();
    expect(await (await post("auth.test", "token=xoxb-1")).json()).toMatchObject({ ok: true, team: "acme" });
    expect(await (await post("auth.test", "token=bad")).json()).toEqual({ ok: false, error: "invalid_auth" });
  });

  it("knows only the listed tokens, each with its workspace and app", async () => {
    const { clientFor, simulator } = await bench({
      tokens: { "xoxb-a": { team: "acme", app: "bot" }, "xoxb-b": { team: "globex", app: "bot" } },
    });
    expect(await clientFor("xoxb-a").auth.test()).toMatchObject({ team: "acme", team_id: "T0000001" });
    expect(await clientFor("xoxb-b").auth.test()).toMatchObject({ team: "globex", team_id: "T0000002" });
    expect(await errorOf(clientFor("xoxb-c").auth.test())).toBe("invalid_auth");
    expect(simulator.state.workspaces).toEqual(["acme", "globex"]);
    expect([...simulator.state.workspace("globex").users.keys()][0]).toBe("U0000026");
    expect(() => simulator.state.workspace("nowhere")).toThrow("workspace must be one of acme, globex, got nowhere");
  });

  it("refuses a token once it was revoked, unless the revocation was a test", async () => {
    const { client } = await bench();
    expect(await client.auth.revoke({ test: true })).toMatchObject({ ok: true, revoked: false });
    expect(await client.auth.revoke({})).toMatchObject({ ok: true, revoked: true });
    expect(await errorOf(client.auth.test())).toBe("token_revoked");
  });

  it("is not asked for by api.test, which repeats its arguments", async () => {
    const { clientFor } = await bench();
    expect(await clientFor(undefined).apiCall("api.test", { foo: "bar" })).toMatchObject({
      ok: true,
      args: { foo: "bar" },
    });
    expect(await errorOf(clientFor(undefined).api.test({ error: "my_error" }))).toBe("my_error");
  });
});

describe("method names", () => {
  it("that are published but not simulated answer ok", async () => {
    const { client } = await bench();
    expect(await client.apiCall("reminders.list")).toMatchObject({ ok: true });
    expect(await client.apiCall("agents.conversations.create")).toMatchObject({ ok: true });
  });

  it("that are not published answer unknown_method with status 200", async () => {
    const { client, post } = await bench();
    expect(await errorOf(client.apiCall("users.nonsense"))).toBe("unknown_method");
    expect(await errorOf(client.apiCall("constructor"))).toBe("unknown_method");
    expect((await post("users.nonsense")).status).toBe(200);
  });
});

describe("request bodies", () => {
  const json = { "content-type": "application/json; charset=utf-8", authorization: "Bearer xoxb-1" };

  it("may be forms, multipart forms or JSON, and arguments may come in the query", async () => {
    const { post, client, simulator } = await bench();
    expect(await (await post("users.info", "token=xoxb-1&user=U0000002")).json()).toMatchObject({ ok: true });
    expect(await (await post("users.info", '{"user":"U0000002"}', json)).json()).toMatchObject({ ok: true });
    expect(await client.apiCall("users.info", { user: "U0000002", extra: Buffer.from("x") })).toMatchObject({
      ok: true,
    });
    const query = await fetch(`${simulator.url}users.info?user=U0000002`, {
      headers: { authorization: "Bearer xoxb-1" },
    });
    expect(await query.json()).toMatchObject({ ok: true, user: { id: "U0000002" } });
  });

  it("that cannot be read are refused with the code for it", async () => {
    const { post } = await bench();
    expect(await (await post("users.info", "{", json)).json()).toEqual({ ok: false, error: "invalid_json" });
    expect(await (await post("users.info", "[]", json)).json()).toEqual({ ok: false, error: "json_not_object" });
    const form = { ...json, "content-type": "multipart/form-data; boundary=x" };
    expect(await (await post("users.info", "junk", form)).json()).toEqual({ ok: false, error: "invalid_form_data" });
  });
});
