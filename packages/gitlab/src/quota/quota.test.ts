import { createCall } from "@sluice/core";
import { slidingWindow, tokenBucket } from "@sluice/limiter";
import { describe, expect, it } from "vitest";
import { callOf, quotaOf, shortly } from "../test-support/quota.test-support.js";
import type { GitLabQuotaOptions } from "./options.js";

const com = quotaOf();
const own = quotaOf({}, {}, "https://git.example");

const charges = (request: string, quota = com): Record<string, string> => shortly(quota.charges(callOf(request)));
/** Those of the endpoint alone. */
const named = (request: string, quota = com): Record<string, string> => shortly(quota.named(callOf(request)));

describe("on GitLab.com", () => {
  it("every request counts against its user's 2000 a minute", () => {
    for (const request of ["GET user", "POST projects", "DELETE projects/1/branches/x", "GET version"])
      expect(charges(request)).toEqual({ user: "2000 in 60250 ms" });
  });

  it.each([
    ["POST projects/1/issues", { issueCreation: "200 in 60250 ms" }],
    ["GET projects/1/issues", {}],
    ["POST projects/1/issues/2/notes", { noteCreation: "60 in 60250 ms" }],
    ["POST projects/g%2Fp/merge_requests/2/notes", { noteCreation: "60 in 60250 ms" }],
    ["POST groups/1/epics/2/notes", { noteCreation: "60 in 60250 ms" }],
    ["PUT projects/1/issues/2/notes/3", {}],
    ["GET search", { searchPerUser: "100 in 60250 ms" }],
    ["GET groups/1/search", { searchPerUser: "100 in 60250 ms" }],
    ["GET projects", { "GET /projects": "2000 in 600250 ms" }],
    ["GET projects/1", { "GET /projects/:id": "400 in 60250 ms" }],
    ["GET projects/g%2Fs%2Fp", { "GET /projects/:id": "400 in 60250 ms" }],
    ["GET groups", { "GET /groups": "50 in 60250 ms" }],
    ["GET groups/1/projects", { "GET /groups/:id/projects": "600 in 60250 ms" }],
    ["GET users/1", { "GET /users/:id": "300 in 600250 ms" }],
    ["GET users", {}],
    ["GET projects/1/members/all", { "GET project members": "200 in 60250 ms" }],
    [
      "POST projects/7/pipeline",
      { "pipelineCreation:7": "25 in 60250 ms", pipelineCreationPerUser: "2000 in 60250 ms" },
    ],
    ["GET projects/1/packages/npm/x", { packageHosting: "1000 in 60250 ms" }],
    ["PUT projects/1/packages/generic/a/1/b", { packageHosting: "1000 in 60250 ms" }],
    // Where GitLab.com publishes nothing of its own, the code's defaults hold.
    ["GET projects/1/jobs", { projectJobsIndex: "600 in 60250 ms" }],
    ["GET projects/7/repository/archive.tar.gz", { "repositoryArchive:7": "5 in 60250 ms" }],
    ["POST projects/1/export", { projectExport: "6 in 60250 ms" }],
    ["GET projects/1/export/download", { projectExportDownload: "1 in 60250 ms" }],
    ["DELETE groups/1/members/2", { "DELETE members": "60 in 60250 ms" }],
    ["POST projects/1/pipeline_schedules/3/play", { "playPipelineSchedule:1/pipeline_schedules/3": "1 in 60250 ms" }],
  ])("%s", (request, expected) => {
    expect(named(request)).toEqual(expected);
  });

  it("each file has a limit, under a name that does not grow with its path", () => {
    const bucketOf = (path: string): string =>
      Object.keys(named(`GET projects/1/repository/files/${path}/raw`))[0] ?? "";
    expect(bucketOf("a.txt")).toBe("repositoryFilesApi:1/repository/files/a.txt/raw");
    const long = bucketOf("deep%2F".repeat(50));
    expect(long.length).toBeLessThan(50);
    expect(bucketOf(`${"deep%2F".repeat(50)}x`)).not.toBe(long);
  });
});

describe("on an instance of one's own", () => {
  it("what an administrator has to switch on is not taken for switched on", () => {
    expect(charges("GET user", own)).toEqual({ "user@git.example": "1000000/s, 1000000 at once" });
    expect(named("GET projects/1/packages/npm/x", own)).toEqual({});
  });

  it.each([
    ["POST projects/1/issues", { "issueCreation@git.example": "300 in 60250 ms" }],
    ["GET search", { "searchAuthenticated@git.example": "30 in 60250 ms" }],
    ["GET groups", { "GET /groups@git.example": "200 in 60250 ms" }],
    ["POST code_suggestions/completions", { "codeSuggestionsApi@git.example": "60 in 60250 ms" }],
    // 0 is GitLab's way to say that there is none.
    ["POST projects/7/pipeline", {}],
  ])("the code's defaults hold: %s", (request, expected) => {
    expect(named(request, own)).toEqual(expected);
  });

  it("says by its host which tier it is, unless told otherwise", () => {
    const user = (host: string | undefined, options: GitLabQuotaOptions = {}, env: Record<string, string> = {}) =>
      Object.values(shortly(quotaOf(options, env, host).user(callOf("GET user"))))[0];
    expect(user("https://gitlab.com")).toBe("2000 in 60250 ms");
    expect(user("https://git.example", { tier: "gitlab.com" })).toBe("2000 in 60250 ms");
    expect(user("https://git.example", {}, { GITLAB_RATE_LIMIT_TIER: "gitlab.com" })).toBe("2000 in 60250 ms");
    expect(user(undefined, { tier: "self-managed" })).toBe("1000000/s, 1000000 at once");
  });
});

describe("numbers of one's own", () => {
  it.each<[GitLabQuotaOptions, Record<string, string>, string]>([
    [{ perMinute: 600 }, {}, "600 in 60250 ms"],
    [{}, { GITLAB_RATE_LIMIT_PER_MINUTE: "600" }, "600 in 60250 ms"],
    [{ tokens: 50, refillRate: 5 }, {}, "5/s, 50 at once"],
    [{}, { GITLAB_RATE_LIMIT_TOKENS: "50", GITLAB_RATE_LIMIT_REFILL_RATE: "2.5" }, "2.5/s, 50 at once"],
    [{ tokens: 50 }, {}, "33.3333/s, 50 at once"],
    [{ refillRate: 2.5 }, {}, "2.5/s, 3 at once"],
    [{ tokens: 10, perMinute: 60 }, {}, "1/s, 10 at once"],
    [{ perMinute: 600, marginMs: 0 }, { GITLAB_RATE_LIMIT_PER_MINUTE: "5" }, "600 in 60000 ms"],
    [{ perMinute: 600, minuteMs: 6000 }, {}, "600 in 6025 ms"],
  ])("%j %j", (options, env, expected) => {
    expect(shortly(quotaOf(options, env).user(callOf("GET user")))).toEqual({ user: expected });
  });

  it("of a single endpoint take the place of its own", () => {
    const bucket = tokenBucket({ refillRate: 1, burst: 2 });
    const quota = quotaOf({
      endpoints: {
        issueCreation: 20,
        "GET /groups": bucket,
        noteCreation: false,
        pipelineCreation: slidingWindow({ limit: 1, windowMs: 5 }),
      },
    });
    expect(named("POST projects/1/issues", quota)).toEqual({ issueCreation: "20 in 60250 ms" });
    expect(named("GET groups", quota)).toEqual({ "GET /groups": "1/s, 2 at once" });
    expect(named("POST projects/1/issues/2/notes", quota)).toEqual({});
    expect(named("POST projects/7/pipeline", quota)["pipelineCreation:7"]).toBe("1 in 5 ms");
  });
});

it("a call that is not of this client takes from its user alone", () => {
  const stranger = createCall({ provider: "gitlab", account: "acme", operation: "x" });
  expect(shortly(com.charges(stranger))).toEqual({ user: "2000 in 60250 ms" });
});
