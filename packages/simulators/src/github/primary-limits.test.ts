import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench, failureOf } from "./simulator.test-support.js";

const hourMs = 3_600_000;

describe("the primary limit", () => {
  it("refuses with 403 until the hour that began with the first request is over", async () => {
    const clock = manualClock();
    const { octokit } = await bench({ limits: { core: 3 }, clock, wallClock: manualClock(1_000_000) });
    await octokit.rest.orgs.get({ org: "acme" });
    clock.advance(hourMs / 2);
    await octokit.rest.orgs.get({ org: "acme" });
    await octokit.rest.orgs.get({ org: "acme" });
    const { status, data, headers } = await failureOf(octokit.rest.orgs.get({ org: "acme" }));
    expect(status).toBe(403);
    expect(data["message"]).toMatch(/^API rate limit exceeded for user ID \d+\. If you reach out to GitHub Support/);
    expect(data["documentation_url"]).toContain("rate-limits-for-the-rest-api");
    expect([headers["x-ratelimit-remaining"], headers["x-ratelimit-reset"]]).toEqual(["0", "4600"]);
    expect(headers["retry-after"]).toBeUndefined();
    clock.advance(hourMs / 2 - 1);
    expect((await failureOf(octokit.rest.orgs.get({ org: "acme" }))).status).toBe(403);
    clock.advance(1);
    expect((await octokit.rest.orgs.get({ org: "acme" })).headers["x-ratelimit-remaining"]).toBe("2");
  });

  it("may be answered with 429 instead", async () => {
    const { octokit } = await bench({ limits: { core: 1 }, throttleStatus: 429 });
    await octokit.rest.orgs.get({ org: "acme" });
    expect((await failureOf(octokit.rest.orgs.get({ org: "acme" }))).status).toBe(429);
  });

  it("is shared by all tokens of a user, and by nobody else", async () => {
    const tokens = { one: { login: "alice" }, two: { login: "alice" }, three: { login: "bob" } };
    const { octokitFor } = await bench({ limits: { core: 1 }, tokens });
    await octokitFor("one").rest.orgs.get({ org: "acme" });
    expect((await failureOf(octokitFor("two").rest.orgs.get({ org: "acme" }))).status).toBe(403);
    expect((await octokitFor("three").rest.orgs.get({ org: "acme" })).status).toBe(200);
  });

  it.each([
    ["user", "5000", 5_000],
    ["enterprise-cloud", "15000", 10_000],
    ["actions", "1000", 1_000],
  ] as const)("of the tier %s is %s an hour", async (tier, core, graphql) => {
    const { octokit } = await bench({ tier });
    const { data, headers } = await octokit.rest.rateLimit.get();
    expect(headers["x-ratelimit-limit"]).toBe(core);
    expect(data.resources.graphql?.limit).toBe(graphql);
  });

  it("is 60 an hour for an address without a token", async () => {
    const { octokitFor } = await bench();
    const nobody = octokitFor(undefined);
    for (let turn = 0; turn < 60; turn += 1) await nobody.rest.orgs.get({ org: "acme" });
    const { status, data } = await failureOf(nobody.rest.orgs.get({ org: "acme" }));
    expect([status, data["message"]]).toEqual([
      403,
      "API rate limit exceeded for 127.0.0.1. (But here's the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)",
    ]);
  });

  it("of search is 30 a minute, of code search 10, apart from all else", async () => {
    const clock = manualClock();
    const { octokit } = await bench({ clock });
    for (let turn = 0; turn < 30; turn += 1) await octokit.rest.search.repos({ q: "repo" });
    for (let turn = 0; turn < 10; turn += 1) await octokit.rest.search.code({ q: "repo" });
    expect((await failureOf(octokit.rest.search.repos({ q: "repo" }))).headers["x-ratelimit-resource"]).toBe("search");
    expect((await failureOf(octokit.rest.search.code({ q: "repo" }))).headers["x-ratelimit-resource"]).toBe(
      "code_search",
    );
    expect((await octokit.rest.orgs.get({ org: "acme" })).headers["x-ratelimit-used"]).toBe("1");
    clock.advance(60_000);
    expect((await octokit.rest.search.repos({ q: "repo" })).headers["x-ratelimit-remaining"]).toBe("29");
  });

  it("shows in /rate_limit, which costs nothing", async () => {
    const { octokit } = await bench({ clock: manualClock() });
    await octokit.rest.orgs.get({ org: "acme" });
    const { data, headers } = await octokit.rest.rateLimit.get();
    expect(data.resources.core).toMatchObject({ limit: 5_000, used: 1, remaining: 4_999 });
    expect(data.resources.search).toMatchObject({ limit: 30, used: 0, remaining: 30 });
    expect(data.rate.used).toBe(1);
    expect([headers["x-ratelimit-used"], String(data.rate.reset)]).toEqual(["1", headers["x-ratelimit-reset"]]);
  });

  it("runs faster with speed, and its reset stays one moment of real time", async () => {
    const [clock, wallClock] = [manualClock(), manualClock(1_000_000)];
    const { octokit } = await bench({ limits: { core: 2 }, speed: 3_600, clock, wallClock });
    const reset = async () => (await octokit.rest.orgs.get({ org: "acme" })).headers["x-ratelimit-reset"];
    expect(await reset()).toBe("1001");
    clock.advance(900);
    wallClock.advance(901);
    expect(await reset()).toBe("1001");
    expect((await failureOf(octokit.rest.orgs.get({ org: "acme" }))).headers["x-ratelimit-reset"]).toBe("1001");
    clock.advance(100);
    expect(await reset()).toBe("1002");
  });

  it("is counted but not enforced when told so", async () => {
    const { octokit } = await bench({ limits: { core: 1, restPoints: 1 }, enforce: false });
    await octokit.rest.orgs.get({ org: "acme" });
    const { headers } = await octokit.rest.orgs.get({ org: "acme" });
    expect([headers["x-ratelimit-used"], headers["x-ratelimit-remaining"]]).toEqual(["2", "0"]);
  });

  it("is eaten into by a stranger, as the headers show", async () => {
    const clock = manualClock();
    const { octokit, simulator } = await bench({ clock, stranger: { share: 0.5, methods: ["search"] } });
    const remaining = async () => (await octokit.rest.search.repos({ q: "repo" })).headers["x-ratelimit-remaining"];
    // A stranger given at the start has been there for a minute, in a window that is just over or just begun.
    await remaining();
    simulator.stranger.leave();
    clock.advance(60_000);
    expect(await remaining()).toBe("29");
    simulator.stranger.join();
    clock.advance(20_000);
    expect(await remaining()).toBe("23");
  });
});
