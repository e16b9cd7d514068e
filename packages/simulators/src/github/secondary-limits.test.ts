import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench, failureOf } from "./simulator.test-support.js";

const issue = { owner: "acme", repo: "repo1", title: "again" };

describe("the secondary limit", () => {
  it("of points counts 1 for a read and 5 for a write, over any minute", async () => {
    const clock = manualClock();
    const { octokit } = await bench({ limits: { restPoints: 12 }, clock });
    await octokit.rest.issues.create(issue);
    clock.advance(30_000);
    await octokit.rest.issues.create(issue);
    await octokit.rest.orgs.get({ org: "acme" });
    await octokit.rest.orgs.get({ org: "acme" });
    const { status, data, headers } = await failureOf(octokit.rest.orgs.get({ org: "acme" }));
    expect([status, headers["retry-after"], headers["x-ratelimit-remaining"]]).toEqual([403, "30", "4996"]);
    expect(data["message"]).toMatch(/^You have exceeded a secondary rate limit\. Please wait a few minutes/);
    expect(data["documentation_url"]).toContain("#about-secondary-rate-limits");
    clock.advance(30_000);
    await octokit.rest.issues.create(issue);
    expect((await failureOf(octokit.rest.orgs.get({ org: "acme" }))).status).toBe(403);
  });

  it("is 900 points a minute", { timeout: 60_000 }, async () => {
    const { get } = await bench({ clock: manualClock() });
    const statuses = await Promise.all(
      Array.from({ length: 40 }, async () => {
        let good = 0;
        for (let turn = 0; turn < 25; turn += 1) if ((await get("/")).status === 200) good += 1;
        return good;
      }),
    );
    expect(statuses.reduce((sum, good) => sum + good, 0)).toBe(900);
  });

  it("of content is 80 a minute and 500 an hour", { timeout: 60_000 }, async () => {
    const clock = manualClock();
    const { octokit } = await bench({ clock });
    const create = () => octokit.rest.issues.create(issue);
    for (let turn = 0; turn < 80; turn += 1) await create();
    const { status, data, headers } = await failureOf(create());
    expect([status, headers["retry-after"]]).toEqual([403, "60"]);
    expect(data["message"]).toMatch(
      /temporarily blocked from content creation\. Please retry your request again later\./,
    );
    expect((await octokit.rest.orgs.get({ org: "acme" })).status).toBe(200);
    for (let minute = 1; minute <= 6; minute += 1) {
      clock.advance(60_000);
      for (let turn = 0; turn < (minute === 6 ? 20 : 80); turn += 1) await create();
    }
    clock.advance(60_000);
    expect((await failureOf(create())).headers["retry-after"]).toBe(String(60 * 60 - 7 * 60));
  });

  it("of concurrency is 100 requests at once, REST and GraphQL together", async () => {
    // The first three are held until the simulator closes.
    const draws = [0.9, 0.9, 0.9];
    const { get, simulator } = await bench({
      latencyMs: [0, 60_000],
      random: () => draws.shift() ?? 0,
      limits: { concurrentRequests: 3 },
    });
    const headers = { authorization: "bearer ghp_1" };
    const query = () =>
      fetch(`${simulator.url}/graphql`, { method: "POST", headers, body: '{"query":"{viewer{login}}"}' });
    for (const held of [get("/"), get("/"), query()]) held.catch(() => undefined);
    await expect.poll(() => simulator.ledger.count(), { timeout: 10_000 }).toBe(3);
    expect([(await query()).status, (await get("/")).status]).toEqual([403, 403]);
    expect(simulator.ledger.entries().map(({ status }) => status)).toEqual([200, 200, 200, 403, 403]);
    // Once answered, a request leaves its place.
    const other = await bench({ limits: { concurrentRequests: 1 } });
    for (let turn = 0; turn < 3; turn += 1) expect((await other.get("/")).status).toBe(200);
  });

  it("may leave the wait untold, and may use 429", async () => {
    const { octokit } = await bench({ limits: { restPoints: 1 }, secondaryRetryAfter: false, throttleStatus: 429 });
    await octokit.rest.orgs.get({ org: "acme" });
    const { status, headers } = await failureOf(octokit.rest.orgs.get({ org: "acme" }));
    expect([status, headers["retry-after"]]).toEqual([429, undefined]);
  });

  it("tells the wait in real seconds when it runs faster", async () => {
    const { octokit } = await bench({ limits: { restPoints: 1 }, speed: 20, clock: manualClock() });
    await octokit.rest.orgs.get({ org: "acme" });
    expect((await failureOf(octokit.rest.orgs.get({ org: "acme" }))).headers["retry-after"]).toBe("3");
  });

  it("leaves what it refuses uncounted everywhere", async () => {
    const clock = manualClock();
    const { octokit, simulator } = await bench({ limits: { restPoints: 5 }, clock });
    await octokit.rest.orgs.get({ org: "acme" });
    await failureOf(octokit.rest.issues.create(issue));
    const { headers } = await octokit.rest.orgs.get({ org: "acme" });
    expect(headers["x-ratelimit-used"]).toBe("2");
    expect(simulator.ledger.throttled()).toMatchObject([
      { method: "POST /repos/{owner}/{repo}/issues", limit: "restPoints", cost: 0, accepted: false, status: 403 },
    ]);
  });
});
