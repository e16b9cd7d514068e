import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench, failureOf, post } from "./simulator.test-support.js";
import { startGitLabSimulator } from "./start-gitlab-simulator.js";

describe("a GitLab simulator", () => {
  it("notes every request, by route and by whose quota it used", async () => {
    const clock = manualClock();
    const { gitlab, simulator } = await bench({ clock, speed: 2, wallClock: manualClock(5) });
    clock.advance(10);
    await gitlab.Projects.show("acme/project1");
    expect(simulator.nowMs()).toBe(20);
    expect(simulator.ledger.entries()).toEqual([
      {
        atMs: 20,
        wallMs: 5,
        method: "GET /projects/:id",
        path: "/api/v4/projects/acme%2Fproject1",
        account: "user 1",
        limit: "authenticatedApi",
        cost: 1,
        status: 200,
        accepted: true,
        bytes: 0,
      },
    ]);
  });

  it("answers a conditional request with 304, which counts", async () => {
    const { ask } = await bench();
    const { headers } = await ask("/projects/1");
    const again = await ask("/projects/1", { headers: { "if-none-match": headers.get("etag") ?? "" } });
    expect([again.status, again.headers.get("ratelimit-observed")]).toEqual([304, "2"]);
  });

  it("can be closed twice, and frees its port", async () => {
    const simulator = await startGitLabSimulator();
    expect(simulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await simulator.close();
    await simulator[Symbol.asyncDispose]();
    await expect(fetch(simulator.url)).rejects.toThrow("fetch failed");
  });

  it("refuses options that make no sense", async () => {
    const start = (options: object) => startGitLabSimulator(options);
    await expect(start({ tier: "dedicated" })).rejects.toThrow(
      "tier must be one of gitlab.com, self-managed, got dedicated",
    );
    await expect(start({ limits: { issues: 1 } })).rejects.toThrow(
      "limits must name published limits of gitlab.com, got issues",
    );
    await expect(start({ limits: { issueCreation: 0 } })).rejects.toThrow(
      'limits["issueCreation"] must be a whole number >= 1',
    );
    await expect(start({ users: 0 })).rejects.toThrow("users must name at least one user, got none");
    await expect(start({ groups: [{ name: "a", members: ["x"] }] })).rejects.toThrow(
      "members of a must be users, got x",
    );
  });
});

describe("a fault", () => {
  it("waits for its route and answers as told", async () => {
    const { gitlab, simulator } = await bench();
    simulator.failNext({ method: "GET /projects/:id", status: 500 });
    expect(await gitlab.Groups.all()).toHaveLength(1);
    expect(await failureOf(gitlab.Projects.show(1))).toEqual([500, "500 Internal Server Error"]);
    expect((await gitlab.Projects.show(1)).id).toBe(1);
  });

  it("can cut the connection after the request took effect", async () => {
    const { ask, simulator } = await bench({ issues: 0 });
    simulator.failNext({ action: "drop", processed: true });
    await expect(ask("/projects/1/issues", post({ title: "once" }))).rejects.toThrow();
    expect(simulator.state.projects.get(1)?.issues.size).toBe(1);
    expect(simulator.ledger.entries()).toMatchObject([{ accepted: true }]);
    expect(simulator.ledger.entries()[0]).not.toHaveProperty("status");
  });

  it("can break a body off, and is forgotten when cleared", async () => {
    const { ask, simulator } = await bench();
    simulator.failNext({ action: "truncate" });
    await expect((await ask("/projects")).json()).rejects.toThrow();
    simulator.failNext({ action: "hang" });
    simulator.clearFaults();
    expect((await ask("/projects")).status).toBe(200);
  });
});
