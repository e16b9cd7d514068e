import { GitbeakerRetryError } from "@gitbeaker/rest";
import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import type { Outcome } from "../http/arrival.js";
import { gitlabProvider } from "./exchange.js";
import type { GitLabTier } from "./limits/gitlab-limits.js";
import { resolveGitLabSimulator } from "./options.js";
import { bench, post } from "./simulator.test-support.js";
import { createGitLabState } from "./state/state.js";

const message = { error: "This endpoint has been requested too many times. Try again later." };
const file = { id: "1", file_path: "README.md" };

/** Each limit of the application: name, tier, published figure and seconds, and a request that it counts. */
const rows: readonly [string, GitLabTier, number, number, string, Readonly<Record<string, string>>, object?][] = [
  ["GET /projects", "gitlab.com", 2_000, 600, "GET /projects", {}],
  ["GET /projects/:id", "gitlab.com", 400, 60, "GET /projects/:id", { id: "1" }],
  ["GET project members", "gitlab.com", 200, 60, "GET /projects/:id/members", { id: "1" }],
  ["GET /groups", "gitlab.com", 50, 60, "GET /groups", {}],
  ["GET /groups", "self-managed", 200, 60, "GET /groups", {}],
  ["GET /groups/:id", "gitlab.com", 400, 60, "GET /groups/:id", { id: "1" }],
  ["GET /groups/:id/projects", "gitlab.com", 600, 60, "GET /groups/:id/projects", { id: "1" }],
  ["GET /users/:id", "gitlab.com", 300, 600, "GET /users/:id", { id: "1" }],
  ["GET /users/:user_id/projects", "gitlab.com", 300, 60, "GET /users/:user_id/projects", { user_id: "1" }],
  ["DELETE members", "self-managed", 60, 60, "DELETE /groups/:id/members/:user_id", { id: "1", user_id: "9" }],
  ["issueCreation", "gitlab.com", 200, 60, "POST /projects/:id/issues", { id: "1" }, { title: "x" }],
  ["issueCreation", "self-managed", 300, 60, "POST /projects/:id/issues", { id: "1" }, { title: "x" }],
  ["noteCreation", "gitlab.com", 60, 60, "POST /projects/:id/issues/:issue_iid/notes", { id: "1", issue_iid: "1" }],
  ["searchPerUser", "gitlab.com", 100, 60, "GET /search", {}],
  ["searchAuthenticated", "self-managed", 30, 60, "GET /groups/:id/search", { id: "1" }],
  ["pipelineCreation", "gitlab.com", 25, 60, "POST /projects/:id/pipeline", { id: "1" }, { ref: "main" }],
  ["rawEndpoint", "self-managed", 300, 60, "GET /projects/:id/repository/files/:file_path/raw", file],
];

/** GitLab without the network in between, so that thousands of requests take no time. */
function inProcess(tier: GitLabTier) {
  // The published figures are left as they are; the throttle in front is moved out of the way.
  const limits: Record<string, number> =
    tier === "gitlab.com" ? { authenticatedApi: 1_000_000, repositoryFilesApi: 1_000_000 } : {};
  const config = resolveGitLabSimulator({ tier, limits, projects: 1, issues: 1, wallClock: manualClock(0) });
  const provider = gitlabProvider(config, createGitLabState(config.seeds, config.wallClock));
  return (operation: string, params: Readonly<Record<string, string>>, fields: object, nowMs: number): Outcome => {
    const headers = new Headers({ "private-token": "glpat-1", "content-type": "application/json" });
    return provider.process(
      {
        operation,
        verb: operation.split(" ")[0] ?? "",
        url: new URL("http://127.0.0.1/"),
        params,
        ip: "127.0.0.1",
        body: new TextEncoder().encode(JSON.stringify(fields)),
        header: (name) => headers.get(name) ?? undefined,
      },
      nowMs,
    );
  };
}

describe("the application", () => {
  it.each(rows)("keeps %s of %s to %i in %i s", (name, tier, limit, seconds, operation, params, fields = {}) => {
    const ask = inProcess(tier);
    const statuses = Array.from({ length: limit }, () => ask(operation, params, fields, 1).answer.status);
    expect(statuses).not.toContain(429);
    const { answer, entry } = ask(operation, params, fields, 1);
    expect([answer.status, JSON.parse(answer.body), answer.headers["retry-after"]]).toEqual([
      429,
      { message },
      undefined,
    ]);
    expect(entry).toMatchObject({ limit: name, accepted: false, cost: 0 });
    expect(ask(operation, params, fields, seconds * 1_000 - 1).answer.status).toBe(429);
    expect(ask(operation, params, fields, seconds * 1_000).answer.status).not.toBe(429);
  });

  it("shows nothing of its limits in headers, so quota seems left when it refuses", async () => {
    const { ask } = await bench({ limits: { "GET /groups": 1 } });
    await ask("/groups");
    const { status, headers } = await ask("/groups");
    expect([status, headers.get("ratelimit-name"), headers.get("ratelimit-remaining")]).toEqual([
      429,
      "throttle_authenticated_api",
      "1998",
    ]);
  });

  it("may tell when to come back, as newer releases do", async () => {
    const { ask } = await bench({
      limits: { "GET /groups": 1 },
      applicationRetryAfter: true,
      wallClock: manualClock(15_000),
    });
    await ask("/groups");
    expect((await ask("/groups")).headers.get("retry-after")).toBe("45");
  });

  it("counts projects listed without a token by address", async () => {
    const { ask } = await bench({ limits: { "GET /projects (unauthenticated)": 1 } });
    const nobody = () => ask("/projects", { headers: { "private-token": "wrong" } });
    expect([(await nobody()).status, (await nobody()).status, (await ask("/projects")).status]).toEqual([
      401, 429, 200,
    ]);
  });

  it("counts pipelines per commit, and all of a user's together", async () => {
    const { ask } = await bench({ limits: { pipelineCreation: 1, pipelineCreationPerUser: 3 }, projects: 4 });
    const run = async (project: number) => (await ask(`/projects/${project}/pipeline`, post({ ref: "main" }))).status;
    expect([await run(1), await run(1), await run(2), await run(3), await run(4)]).toEqual([201, 429, 201, 201, 429]);
  });

  it("limits a whole address only when told to", async () => {
    const { ask } = await bench({ limits: { allTrafficPerIp: 1 } });
    expect([(await ask("/version")).status, (await ask("/user")).status]).toEqual([200, 429]);
  });

  it("makes the client give up after ten tries, which are all noted", async () => {
    const { gitlab, simulator } = await bench({ limits: { "GET /groups": 1 } });
    await gitlab.Groups.all();
    await expect(gitlab.Groups.all()).rejects.toThrow(GitbeakerRetryError);
    expect(simulator.ledger.throttled()).toHaveLength(10);
  });
});
