import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench, failureOf } from "./simulator.test-support.js";
import { startGitHubSimulator } from "./start-github-simulator.js";

const repository = "GET /repos/{owner}/{repo}";

describe("a GitHub simulator", () => {
  it("listens on the loopback address, on a free port or on the one asked for", async () => {
    const first = await startGitHubSimulator();
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await first.close();
    await first.close();
    const again = await startGitHubSimulator({ port: Number(new URL(first.url).port) });
    expect(again.url).toBe(first.url);
    await again[Symbol.asyncDispose]();
    await expect(fetch(first.url)).rejects.toThrow("fetch failed");
  });

  it("notes every request, by route and by whose quota it used", async () => {
    const clock = manualClock();
    const { octokit, simulator } = await bench({ clock, speed: 2, wallClock: manualClock(5) });
    clock.advance(10);
    await octokit.rest.repos.get({ owner: "acme", repo: "repo1" });
    const user = simulator.state.users.get("octocat")?.id;
    expect(simulator.nowMs()).toBe(20);
    expect(simulator.ledger.entries()).toEqual([
      {
        atMs: 20,
        wallMs: 5,
        method: repository,
        path: "/repos/acme/repo1",
        account: `user ${user}`,
        limit: "core",
        cost: 1,
        status: 200,
        accepted: true,
        bytes: 0,
      },
    ]);
  });

  it("refuses options that make no sense", async () => {
    const start = (options: object) => startGitHubSimulator(options);
    await expect(start({ tier: "gold" })).rejects.toThrow(
      "tier must be one of user, enterprise-cloud, actions, got gold",
    );
    await expect(start({ limits: { cors: 1 } })).rejects.toThrow("limits must name one of core, search");
    await expect(start({ limits: { core: 0 } })).rejects.toThrow('limits["core"] must be a whole number >= 1, got 0');
    await expect(start({ throttleStatus: 503 })).rejects.toThrow("throttleStatus must be 403 or 429, got 503");
    await expect(start({ users: 0 })).rejects.toThrow("users must name at least one user");
    await expect(start({ orgs: [{ login: "a", members: ["x"] }] })).rejects.toThrow(
      "members of a must be users, got x",
    );
    await expect(start({ port: 70_000 })).rejects.toThrow("port must be a whole number from 0 to 65535, got 70000");
    await expect(start({ speed: 0 })).rejects.toThrow("speed must be a number > 0, got 0");
  });
});

describe("a fault", () => {
  it("waits for its route and answers as told", async () => {
    const { octokit, simulator } = await bench();
    simulator.failNext({ method: repository, status: 502, headers: { "retry-after": "2" } });
    await octokit.rest.orgs.get({ org: "acme" });
    const { status, headers, data } = await failureOf(octokit.rest.repos.get({ owner: "acme", repo: "repo1" }));
    expect([status, headers["retry-after"], data["message"]]).toEqual([502, "2", "Server Error"]);
    expect(simulator.ledger.entries().at(-1)).toMatchObject({ status: 502, accepted: false, retryAfterSeconds: 2 });
    expect((await octokit.rest.repos.get({ owner: "acme", repo: "repo1" })).headers["x-ratelimit-used"]).toBe("2");
  });

  it("can cut the connection, before or after the request took effect", async () => {
    const { octokit, simulator } = await bench({ issues: 0 });
    const create = () => octokit.rest.issues.create({ owner: "acme", repo: "repo1", title: "once" });
    simulator.failNext({ action: "drop" });
    await expect(create()).rejects.toThrow();
    expect(simulator.state.repos.get("acme/repo1")?.issues.size).toBe(0);
    simulator.failNext({ action: "drop", processed: true });
    await expect(create()).rejects.toThrow();
    expect(simulator.state.repos.get("acme/repo1")?.issues.size).toBe(1);
    expect(simulator.ledger.entries().map((entry) => [entry.status, entry.accepted])).toEqual([
      [undefined, false],
      [undefined, true],
    ]);
  });

  it("can break a body off, or send it slowly", async () => {
    const { get, simulator } = await bench();
    simulator.failNext({ action: "truncate" });
    await expect((await get("/orgs/acme")).json()).rejects.toThrow();
    simulator.failNext({ action: "trickle", pauseMs: 1 });
    expect(await (await get("/orgs/acme")).json()).toMatchObject({ login: "acme" });
  });

  it("can hang until the client gives up, and is forgotten when cleared", async () => {
    const { simulator, get } = await bench();
    simulator.failNext({ action: "hang" });
    const hung = fetch(simulator.url, { signal: AbortSignal.timeout(100) });
    await expect(hung).rejects.toThrow();
    simulator.failNext({ status: 500, times: 5 });
    simulator.clearFaults();
    expect((await get("/")).status).toBe(200);
  });
});
