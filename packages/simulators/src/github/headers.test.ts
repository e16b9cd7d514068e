import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench, failureOf } from "./simulator.test-support.js";

describe("every answer", () => {
  it("carries the headers of the limit, of the request and of the media type", async () => {
    const { get } = await bench({ clock: manualClock(), wallClock: manualClock(1_700_000_000_500) });
    const { headers } = await get("/orgs/acme");
    expect(Object.fromEntries(headers)).toMatchObject({
      "x-ratelimit-limit": "5000",
      "x-ratelimit-remaining": "4999",
      "x-ratelimit-used": "1",
      "x-ratelimit-reset": String(1_700_000_001 + 3_600),
      "x-ratelimit-resource": "core",
      "x-github-media-type": "github.v3; format=json",
      "content-type": "application/json; charset=utf-8",
      date: "Tue, 14 Nov 2023 22:13:20 GMT",
    });
    expect(headers.get("x-github-request-id")).toMatch(/^[0-9A-F]{4}:[0-9A-F]{6}:[0-9A-F]{7}:[0-9A-F]{7}:[0-9A-F]{8}$/);
    expect(headers.get("etag")).toMatch(/^W\/"[0-9a-f]{64}"$/);
  });

  it("has a request id of its own", async () => {
    const { get } = await bench();
    const ids = await Promise.all(
      [get("/"), get("/")].map(async (answer) => (await answer).headers.get("x-github-request-id")),
    );
    expect(new Set(ids).size).toBe(2);
  });

  it("of an error carries them too", async () => {
    const { octokit } = await bench();
    const { headers } = await failureOf(octokit.rest.repos.get({ owner: "acme", repo: "none" }));
    expect([headers["x-ratelimit-remaining"], headers["x-ratelimit-resource"]]).toEqual(["4999", "core"]);
  });
});

describe("a conditional request", () => {
  it("is answered with 304 and for nothing while the answer would be the same", async () => {
    const { octokit, simulator } = await bench();
    const target = { owner: "acme", repo: "repo1" };
    const { headers } = await octokit.rest.repos.get(target);
    const again = octokit.rest.repos.get({ ...target, headers: { "if-none-match": headers.etag ?? "" } });
    const unchanged = await failureOf(again);
    expect([unchanged.status, unchanged.headers["x-ratelimit-used"]]).toEqual([304, "1"]);
    await octokit.rest.repos.update({ ...target, description: "changed" });
    const changed = await octokit.rest.repos.get({ ...target, headers: { "if-none-match": headers.etag ?? "" } });
    expect([changed.status, changed.headers["x-ratelimit-used"]]).toEqual([200, "3"]);
    expect(simulator.ledger.entries().map(({ status, cost }) => [status, cost])).toEqual([
      [200, 1],
      [304, 0],
      [200, 1],
      [200, 1],
    ]);
  });

  it("may ask by date", async () => {
    const { get } = await bench();
    const modified = (await get("/repos/acme/repo1")).headers.get("last-modified") ?? "";
    expect((await get("/repos/acme/repo1", { "if-modified-since": modified })).status).toBe(304);
    expect((await get("/repos/acme/repo1", { "if-modified-since": new Date(0).toUTCString() })).status).toBe(200);
  });

  it("counts without a token", async () => {
    const { get, simulator } = await bench();
    const anonymous = (headers: Record<string, string>) => fetch(`${simulator.url}/orgs/acme`, { headers });
    const etag = (await anonymous({})).headers.get("etag") ?? "";
    const answer = await anonymous({ "if-none-match": etag });
    expect([answer.status, answer.headers.get("x-ratelimit-used")]).toEqual([304, "2"]);
    expect((await get("/orgs/acme")).headers.get("x-ratelimit-used")).toBe("1");
  });

  it("still counts towards the secondary limits", async () => {
    const { get } = await bench({ limits: { restPoints: 2 }, clock: manualClock() });
    const etag = (await get("/orgs/acme")).headers.get("etag") ?? "";
    expect((await get("/orgs/acme", { "if-none-match": etag })).status).toBe(304);
    expect((await get("/orgs/acme", { "if-none-match": etag })).status).toBe(403);
  });
});
