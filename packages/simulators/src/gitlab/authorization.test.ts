import { Gitlab } from "@gitbeaker/rest";
import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench, failureOf } from "./simulator.test-support.js";

describe("a token", () => {
  it("may come as personal, job or OAuth token, or in the query", async () => {
    const { simulator, ask } = await bench({ tokens: { good: { username: "alice" } } });
    const host = simulator.url;
    const clients = [{ token: "good" }, { jobToken: "good" }, { oauthToken: "good" }].map(
      (way) => new Gitlab({ host, ...way }),
    );
    for (const client of clients) expect((await client.Users.showCurrentUser()).username).toBe("alice");
    const inQuery = await fetch(`${host}/api/v4/user?private_token=good`);
    expect(inQuery.status).toBe(200);
    expect((await ask("/user", { headers: { "private-token": "bad" } })).status).toBe(401);
  });

  it("that looks like none of GitLab's is refused, and counts by address", async () => {
    const { gitlabFor, simulator } = await bench();
    expect(await failureOf(gitlabFor("secret").Projects.all())).toEqual([401, "401 Unauthorized"]);
    expect(simulator.ledger.entries()).toMatchObject([{ account: "ip 127.0.0.1", status: 401, accepted: false }]);
  });

  it("is needed for what is one's own, and for writing", async () => {
    const { simulator } = await bench();
    const nobody = async (path: string, init?: RequestInit) =>
      (await fetch(`${simulator.url}/api/v4${path}`, init)).status;
    expect([await nobody("/user"), await nobody("/projects/1/issues", { method: "POST" })]).toEqual([401, 401]);
    expect([await nobody("/projects"), await nobody("/groups")]).toEqual([200, 200]);
  });
});

describe("OAuth", () => {
  it("gives tokens of two hours for a password, and new ones once for each refresh token", async () => {
    const clock = manualClock();
    const { simulator } = await bench({ clock });
    const host = simulator.url;
    const token = async (fields: Record<string, string>) => {
      const answer = await fetch(`${host}/oauth/token`, { method: "POST", body: new URLSearchParams(fields) });
      return [answer.status, (await answer.json()) as Record<string, string>] as const;
    };
    const [status, first] = await token({ grant_type: "password", username: "user2", password: "any" });
    expect([status, first]).toMatchObject([200, { token_type: "Bearer", expires_in: 7_200, scope: "api" }]);
    const who = (oauthToken = "") => new Gitlab({ host, oauthToken }).Users.showCurrentUser();
    expect((await who(first["access_token"])).username).toBe("user2");
    clock.advance(7_200_000);
    expect((await failureOf(who(first["access_token"])))[1]).toBe("invalid_token");
    const refresh = { grant_type: "refresh_token", refresh_token: first["refresh_token"] ?? "" };
    const [, second] = await token(refresh);
    expect((await who(second["access_token"])).username).toBe("user2");
    expect(await token(refresh)).toMatchObject([400, { error: "invalid_grant" }]);
    expect(await token({ grant_type: "magic" })).toMatchObject([400, { error: "unsupported_grant_type" }]);
    expect(simulator.ledger.count({ method: "POST /oauth/token" })).toBe(4);
  });
});
