import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench, failureOf } from "./simulator.test-support.js";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });

/** A token as an app signs it. Unit: seconds of Unix time. */
function appToken(expires: number): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const content = `${encode({ alg: "RS256", typ: "JWT" })}.${encode({ iat: expires - 60, exp: expires, iss: "1" })}`;
  return `${content}.${sign("sha256", Buffer.from(content), privateKey).toString("base64url")}`;
}

describe("a token", () => {
  it("that looks like none of GitHub's, or is not on the list, is refused with 401", async () => {
    const { octokitFor } = await bench();
    const { status, data } = await failureOf(octokitFor("secret").rest.users.getAuthenticated());
    expect([status, data["message"]]).toEqual([401, "Bad credentials"]);
    const strict = await bench({ tokens: { good: { login: "alice" } } });
    expect((await failureOf(strict.octokitFor("ghp_1").rest.orgs.get({ org: "acme" }))).status).toBe(401);
    expect((await strict.octokitFor("good").rest.orgs.get({ org: "acme" })).status).toBe(200);
  });

  it("that is refused counts against the address", async () => {
    const { octokitFor } = await bench({ limits: { unauthenticated: 1 } });
    expect((await failureOf(octokitFor("bad").rest.meta.root())).headers["x-ratelimit-limit"]).toBe("1");
    expect((await failureOf(octokitFor("bad").rest.meta.root())).status).toBe(403);
    expect((await octokitFor("ghp_1").rest.meta.root()).status).toBe(200);
  });

  it("may come as a password", async () => {
    const { get } = await bench();
    const authorization = `Basic ${Buffer.from("octocat:ghp_1").toString("base64")}`;
    expect((await get("/user", { authorization })).status).toBe(200);
  });

  it("is needed for what is one's own, for code search and for GraphQL", async () => {
    const { octokitFor } = await bench();
    const nobody = octokitFor(undefined);
    expect((await failureOf(nobody.rest.users.getAuthenticated())).status).toBe(401);
    expect((await failureOf(nobody.rest.search.code({ q: "x" }))).status).toBe(401);
    expect((await failureOf(nobody.graphql("{ viewer { login } }"))).status).toBe(401);
    expect((await nobody.rest.orgs.get({ org: "acme" })).status).toBe(200);
  });
});

describe("an app", () => {
  it("lists its installations and gets tokens that live for an hour", async () => {
    const [clock, wallClock] = [manualClock(), manualClock(1_000_000)];
    const { octokitFor, simulator } = await bench({ clock, wallClock, repos: 2 });
    const app = octokitFor(appToken(2_000));
    expect((await app.rest.apps.getAuthenticated()).data?.slug).toBe("simulated-app");
    const [installation] = (await app.rest.apps.listInstallations()).data;
    const installed = installation?.id ?? 0;
    expect((await app.rest.apps.getOrgInstallation({ org: "acme" })).data.id).toBe(installed);
    const { data } = await app.rest.apps.createInstallationAccessToken({ installation_id: installed });
    expect(data.expires_at).toBe("1970-01-01T01:16:40Z");
    const client = octokitFor(data.token);
    const repos = await client.paginate(client.rest.apps.listReposAccessibleToInstallation);
    expect(repos.map(({ name }) => name)).toEqual(["repo1", "repo2"]);
    expect(simulator.ledger.entries().at(-1)).toMatchObject({ account: `installation ${installed}`, limit: "core" });
    clock.advance(3_600_000);
    expect((await failureOf(client.rest.orgs.get({ org: "acme" }))).status).toBe(401);
  });

  it("whose token is over is refused", async () => {
    const { octokitFor } = await bench({ wallClock: manualClock(3_000_000) });
    const { status, data } = await failureOf(octokitFor(appToken(3_000)).rest.apps.getAuthenticated());
    expect(status).toBe(401);
    expect(data["message"]).toContain("'Expiration time' claim ('exp')");
  });

  it("cannot be asked about with a user's token", async () => {
    const { octokit } = await bench();
    expect((await failureOf(octokit.rest.apps.getAuthenticated())).status).toBe(401);
  });

  it("has a quota per installation that grows with repositories and users", async () => {
    const { octokitFor, simulator } = await bench({
      orgs: [{ login: "big", repos: 30 }, { login: "small" }],
      users: 25,
    });
    const app = octokitFor(appToken(Date.now() / 1_000 + 60));
    const limits = simulator.state.app.installations.map(async ({ id }) => {
      const { data } = await app.rest.apps.createInstallationAccessToken({ installation_id: id });
      return (await octokitFor(data.token).rest.meta.root()).headers["x-ratelimit-limit"];
    });
    expect(await Promise.all(limits)).toEqual(["5750", "5250"]);
  });
});
