import { describe, expect, it } from "vitest";
import { bench, failureOf } from "./simulator.test-support.js";

describe("users and organizations", () => {
  it("say who the token belongs to", async () => {
    const { octokitFor } = await bench({ tokens: { "secret-1": { login: "alice" } } });
    expect((await octokitFor("secret-1").rest.users.getAuthenticated()).data).toMatchObject({
      login: "alice",
      type: "User",
    });
  });

  it("list the members, teams and repositories of an organization", async () => {
    const { octokit } = await bench({ users: ["alice", "bob"], repos: 2 });
    const members = await octokit.rest.orgs.listMembers({ org: "acme" });
    expect(members.data.map(({ login }) => login)).toEqual(["alice", "bob"]);
    const admins = await octokit.rest.orgs.listMembers({ org: "acme", role: "admin" });
    expect(admins.data.map(({ login }) => login)).toEqual(["alice"]);
    const teams = await octokit.rest.teams.list({ org: "acme" });
    expect(teams.data.map(({ slug }) => slug)).toEqual(["everyone"]);
    const team = await octokit.rest.teams.listMembersInOrg({ org: "acme", team_slug: "everyone" });
    expect(team.data).toHaveLength(2);
    const repos = await octokit.rest.repos.listForOrg({ org: "acme" });
    expect(repos.data.map((repository) => repository.full_name)).toEqual(["acme/repo1", "acme/repo2"]);
    expect((await octokit.rest.orgs.get({ org: "acme" })).data.public_repos).toBe(2);
    expect((await octokit.rest.orgs.checkMembershipForUser({ org: "acme", username: "bob" })).status).toBe(204);
  });
});

describe("repositories", () => {
  it("are made, read, changed and removed", async () => {
    const { octokit, simulator } = await bench();
    const made = await octokit.rest.repos.createInOrg({ org: "acme", name: "new", private: true });
    expect([made.status, made.data.full_name, made.data.visibility]).toEqual([201, "acme/new", "private"]);
    const changed = await octokit.rest.repos.update({ owner: "acme", repo: "new", description: "changed" });
    expect(changed.data.description).toBe("changed");
    expect((await octokit.rest.repos.delete({ owner: "acme", repo: "new" })).status).toBe(204);
    expect(simulator.state.repos.has("acme/new")).toBe(false);
    expect((await failureOf(octokit.rest.repos.get({ owner: "acme", repo: "new" }))).status).toBe(404);
  });

  it("cannot be made twice", async () => {
    const { octokit } = await bench();
    const { status, data } = await failureOf(octokit.rest.repos.createInOrg({ org: "acme", name: "repo1" }));
    expect([status, data["message"]]).toEqual([422, "Validation Failed"]);
  });

  it("are hidden from strangers when private", async () => {
    const repos = [{ name: "secret", isPrivate: true }];
    const orgs = [{ login: "acme", members: ["alice"], repos }];
    const tokens = { "token-a": { login: "alice" }, "token-m": { login: "mallory" } };
    const { octokitFor } = await bench({ orgs, tokens, users: 0 });
    const target = { owner: "acme", repo: "secret" };
    expect((await octokitFor("token-a").rest.repos.get(target)).status).toBe(200);
    expect((await failureOf(octokitFor("token-m").rest.repos.get(target))).status).toBe(404);
    expect((await failureOf(octokitFor(undefined).rest.repos.get(target))).status).toBe(404);
  });

  it("hold files, branches and commits", async () => {
    const { octokit } = await bench();
    const target = { owner: "acme", repo: "repo1", path: "docs/guide.md" };
    const text = (value: string): string => Buffer.from(value).toString("base64");
    const made = await octokit.rest.repos.createOrUpdateFileContents({
      ...target,
      message: "first",
      content: text("one"),
    });
    expect(made.status).toBe(201);
    const again = { ...target, message: "second", content: text("two") };
    expect((await failureOf(octokit.rest.repos.createOrUpdateFileContents(again))).status).toBe(422);
    expect((await failureOf(octokit.rest.repos.createOrUpdateFileContents({ ...again, sha: "0" }))).status).toBe(409);
    const sha = made.data.content?.sha ?? "";
    expect((await octokit.rest.repos.createOrUpdateFileContents({ ...again, sha })).status).toBe(200);

    const { data } = await octokit.rest.repos.getContent(target);
    expect(data).toMatchObject({ type: "file", encoding: "base64", content: `${text("two")}\n`, size: 3 });
    const raw = await octokit.rest.repos.getContent({ ...target, mediaType: { format: "raw" } });
    expect(raw.data).toBe("two");
    const root = await octokit.rest.repos.getContent({ ...target, path: "" });
    expect(root.data).toMatchObject([
      { name: "README.md", type: "file" },
      { name: "docs", type: "dir" },
    ]);
    const commits = await octokit.rest.repos.listCommits({ owner: "acme", repo: "repo1" });
    expect(commits.data.map(({ commit }) => commit.message)).toEqual(["second", "first", "Add README.md"]);
    const branch = await octokit.rest.repos.getBranch({ owner: "acme", repo: "repo1", branch: "main" });
    expect(branch.data.commit.sha).toBe(commits.data[0]?.sha);
    expect((await octokit.rest.repos.listBranches({ owner: "acme", repo: "repo1" })).data).toHaveLength(1);
  });
});

describe("issues", () => {
  it("are opened, commented on and closed", async () => {
    const { octokit, simulator } = await bench({ issues: 0 });
    const target = { owner: "acme", repo: "repo1" };
    const { data: issue } = await octokit.rest.issues.create({ ...target, title: "It broke", labels: ["bug"] });
    expect(issue).toMatchObject({ number: 1, state: "open", user: { login: "octocat" } });
    const comment = { ...target, issue_number: 1, body: "indeed" };
    expect((await octokit.rest.issues.createComment(comment)).data.body).toBe("indeed");
    expect((await octokit.rest.issues.listComments(comment)).data).toHaveLength(1);
    await octokit.rest.issues.update({ ...target, issue_number: 1, state: "closed" });
    expect((await octokit.rest.issues.listForRepo(target)).data).toEqual([]);
    expect((await octokit.rest.issues.listForRepo({ ...target, state: "all" })).data).toHaveLength(1);
    expect(simulator.state.repos.get("acme/repo1")?.issues.get(1)?.state).toBe("closed");
  });

  it("need a title", async () => {
    const { octokit } = await bench();
    const call = octokit.request("POST /repos/{owner}/{repo}/issues", {
      owner: "acme",
      repo: "repo1",
      title: null,
    } as never);
    const { status, data } = await failureOf(call);
    expect([status, data["message"]]).toEqual([422, 'Invalid request.\n\n"title" wasn\'t supplied.']);
  });

  it("include pull requests, which are also listed alone", async () => {
    const { octokit } = await bench({ repos: [{ name: "app", issues: 2, pulls: 1 }] });
    const target = { owner: "acme", repo: "app" };
    const issues = await octokit.rest.issues.listForRepo(target);
    expect(issues.data.map(({ pull_request: pull }) => pull !== undefined)).toEqual([true, false, false]);
    const pulls = await octokit.rest.pulls.list(target);
    expect(pulls.data.map(({ head, base }) => [head.ref, base.ref])).toEqual([["change-1", "main"]]);
    expect((await octokit.rest.pulls.get({ ...target, pull_number: 3 })).data.title).toBe("Change 1");
    expect((await failureOf(octokit.rest.pulls.get({ ...target, pull_number: 1 }))).status).toBe(404);
  });
});

describe("search", () => {
  it("finds repositories, issues and code by words and qualifiers", async () => {
    const { octokit } = await bench({
      orgs: 2,
      repos: [{ name: "engine", files: { "main.c": "int main" }, issues: 3 }],
    });
    const repos = await octokit.rest.search.repos({ q: "engine org:acme" });
    expect([repos.data.total_count, repos.data.items[0]?.full_name]).toEqual([1, "acme/engine"]);
    const issues = await octokit.rest.search.issuesAndPullRequests({ q: "is:issue is:open repo:org2/engine" });
    expect(issues.data.total_count).toBe(3);
    const code = await octokit.rest.search.code({ q: "main org:org2" });
    expect(code.data.items.map(({ path }) => path)).toEqual(["main.c"]);
    expect((await failureOf(octokit.rest.search.repos({ q: " " }))).status).toBe(422);
  });

  it("shows no more than the first thousand results", async () => {
    const { octokit } = await bench({ repos: [{ name: "busy", issues: 1_050 }] });
    const search = { q: "is:issue", per_page: 100 };
    const last = await octokit.rest.search.issuesAndPullRequests({ ...search, page: 10 });
    expect([last.data.total_count, last.data.items.length, last.headers.link?.includes("next")]).toEqual([
      1_050,
      100,
      false,
    ]);
    expect((await failureOf(octokit.rest.search.issuesAndPullRequests({ ...search, page: 11 }))).status).toBe(422);
  });
});

describe("anything else", () => {
  it("is not found, and is the operation `other`", async () => {
    const { octokit, simulator } = await bench();
    const { status, data } = await failureOf(octokit.rest.gists.list());
    expect([status, data["message"]]).toEqual([404, "Not Found"]);
    expect(simulator.ledger.count({ method: "other" })).toBe(1);
  });

  it("is told what is wrong with a body that is no JSON object", async () => {
    const { simulator } = await bench();
    const post = async (body: string) => {
      const headers = { authorization: "token ghp_1" };
      const answer = await fetch(`${simulator.url}/user/repos`, { method: "POST", body, headers });
      return [answer.status, ((await answer.json()) as { message: string }).message];
    };
    expect(await post("{")).toEqual([400, "Problems parsing JSON"]);
    expect(await post("[]")).toEqual([400, "Body should be a JSON object"]);
  });
});
