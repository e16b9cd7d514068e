import { describe, expect, it } from "vitest";
import { bench, failureOf } from "./simulator.test-support.js";

describe("users", () => {
  it("say who the token belongs to, and are found by number and name", async () => {
    const { gitlab, gitlabFor } = await bench({ tokens: { "secret-1": { username: "alice" } } });
    const alice = await gitlabFor("secret-1").Users.showCurrentUser();
    expect(alice).toMatchObject({ username: "alice", state: "active" });
    expect((await gitlabFor("secret-1").Users.show(alice.id)).username).toBe("alice");
    expect(await gitlabFor("secret-1").Users.all({ username: "alice" })).toHaveLength(1);
    expect(await failureOf(gitlab.Users.showCurrentUser())).toEqual([401, "401 Unauthorized"]);
  });
});

describe("projects", () => {
  it("are made, read by number and by path, changed and removed", async () => {
    const { gitlab, simulator } = await bench();
    const [group] = await gitlab.Groups.all();
    const made = await gitlab.Projects.create({ name: "New Thing", namespaceId: group?.id ?? 0 });
    expect(made).toMatchObject({ path_with_namespace: "acme/new-thing", visibility: "private", empty_repo: true });
    expect((await gitlab.Projects.show("acme/new-thing")).id).toBe(made.id);
    expect((await gitlab.Projects.edit(made.id, { description: "changed" })).description).toBe("changed");
    await gitlab.Projects.remove(made.id);
    expect(simulator.state.project("acme/new-thing")).toBeUndefined();
    expect(await failureOf(gitlab.Projects.show(made.id))).toEqual([404, "404 Project Not Found"]);
  });

  it("go to the user's own namespace by default, and not twice", async () => {
    const { gitlab } = await bench();
    expect((await gitlab.Projects.create({ name: "mine" })).namespace).toMatchObject({ kind: "user", path: "root" });
    const [status, description] = await failureOf(gitlab.Projects.create({ name: "mine" }));
    expect([status, description]).toEqual([
      400,
      '{"name":["has already been taken"],"path":["has already been taken"]}',
    ]);
    expect(await gitlab.Users.allProjects(1)).toHaveLength(1);
    expect(await gitlab.Projects.all({ search: "mine" })).toHaveLength(1);
  });

  it("are hidden from strangers when private", async () => {
    const tokens = { a: { username: "alice" }, m: { username: "mallory" } };
    const groups = [
      { name: "acme", members: ["alice"], projects: [{ name: "secret", visibility: "private" as const }] },
    ];
    const { gitlabFor } = await bench({ tokens, groups, users: 0 });
    expect((await gitlabFor("a").Projects.show("acme/secret")).name).toBe("secret");
    expect(await failureOf(gitlabFor("m").Projects.show("acme/secret"))).toEqual([404, "404 Project Not Found"]);
    expect(await gitlabFor("m").Projects.all()).toEqual([]);
  });

  it("cannot be changed by those who may only look", async () => {
    const { gitlabFor } = await bench({
      tokens: { m: { username: "mallory" } },
      groups: [{ name: "acme", members: ["root"] }],
    });
    expect(await failureOf(gitlabFor("m").Projects.edit("acme/project1", { name: "x" }))).toEqual([
      403,
      "403 Forbidden",
    ]);
  });
});

describe("groups and members", () => {
  it("are listed, made and joined", async () => {
    const { gitlab } = await bench({ users: ["alice", "bob"], groups: [{ name: "acme", members: ["alice"] }] });
    const made = await gitlab.Groups.create("Team", "team");
    expect((await gitlab.Groups.all()).map(({ path }) => path)).toEqual(["acme", "team"]);
    const bob = { userId: 2 };
    await gitlab.GroupMembers.add(made.id, 30, bob);
    expect((await gitlab.GroupMembers.all(made.id)).map((member) => [member.username, member.access_level])).toEqual([
      ["alice", 50],
      ["bob", 30],
    ]);
    expect((await gitlab.GroupMembers.edit(made.id, 2, 40)).access_level).toBe(40);
    expect((await failureOf(gitlab.GroupMembers.add(made.id, 30, bob)))[0]).toBe(409);
    await gitlab.GroupMembers.remove(made.id, 2);
    expect(await gitlab.GroupMembers.all(made.id)).toHaveLength(1);
    expect((await gitlab.Groups.allProjects("acme")).map(({ name }) => name)).toEqual([
      "project1",
      "project2",
      "project3",
    ]);
    expect((await gitlab.Groups.show("acme")).full_path).toBe("acme");
  });

  it("pass membership on to projects", async () => {
    const { gitlab } = await bench({ users: ["alice", "bob"] });
    const direct = await gitlab.ProjectMembers.all("acme/project1");
    const inherited = await gitlab.ProjectMembers.all("acme/project1", { includeInherited: true });
    expect([direct.length, inherited.length]).toEqual([1, 2]);
  });
});

describe("issues and merge requests", () => {
  it("are opened, noted on and closed", async () => {
    const { gitlab, simulator } = await bench({ issues: 0 });
    const issue = await gitlab.Issues.create("acme/project1", "It broke", { labels: "bug,urgent" });
    expect(issue).toMatchObject({ iid: 1, state: "opened", labels: ["bug", "urgent"] });
    expect((await gitlab.IssueNotes.create("acme/project1", 1, "indeed")).body).toBe("indeed");
    expect(await gitlab.IssueNotes.all("acme/project1", 1)).toHaveLength(1);
    expect((await gitlab.Issues.edit("acme/project1", 1, { stateEvent: "close" })).state).toBe("closed");
    expect(await gitlab.Issues.all({ projectId: "acme/project1", state: "opened" })).toEqual([]);
    expect(
      (await gitlab.Issues.all({ projectId: "acme/project1" })).map(({ user_notes_count: notes }) => notes),
    ).toEqual([1]);
    await gitlab.Issues.remove("acme/project1", 1);
    expect(simulator.state.project("acme/project1")?.issues.size).toBe(0);
    expect(await failureOf(gitlab.Issues.show(1, { projectId: "acme/project1" }))).toEqual([
      404,
      "404 Issue Not Found",
    ]);
    const [status, reason] = await failureOf(gitlab.Issues.create("acme/project1", ""));
    expect([status, reason]).toEqual([400, '{"title":["can\'t be blank"]}']);
  });

  it("join branches", async () => {
    const { gitlab } = await bench({ projects: [{ name: "app", mergeRequests: 1 }] });
    expect(await gitlab.MergeRequests.all({ projectId: "acme/app" })).toMatchObject([
      { iid: 1, source_branch: "change-1" },
    ]);
    await gitlab.Branches.create("acme/app", "topic", "main");
    const request = await gitlab.MergeRequests.create("acme/app", "topic", "main", "Topic");
    expect(request).toMatchObject({ iid: 2, state: "opened", target_branch: "main" });
    expect((await failureOf(gitlab.MergeRequests.create("acme/app", "topic", "main", "Again")))[0]).toBe(409);
    expect((await gitlab.MergeRequestNotes.create("acme/app", 2, "fine")).noteable_type).toBe("MergeRequest");
    expect((await gitlab.MergeRequests.edit("acme/app", 2, { stateEvent: "close" })).state).toBe("closed");
  });
});

describe("repositories", () => {
  it("hold files, folders, branches and commits", async () => {
    const { gitlab } = await bench();
    const id = "acme/project1";
    await gitlab.RepositoryFiles.create(id, "docs/guide.md", "main", "one", "first");
    expect((await failureOf(gitlab.RepositoryFiles.create(id, "docs/guide.md", "main", "one", "first")))[0]).toBe(400);
    await gitlab.RepositoryFiles.edit(id, "docs/guide.md", "main", "two", "second");
    const file = await gitlab.RepositoryFiles.show(id, "docs/guide.md", "main");
    expect([file.file_name, Buffer.from(file.content, "base64").toString()]).toEqual(["guide.md", "two"]);
    expect(await gitlab.RepositoryFiles.showRaw(id, "docs/guide.md", "main")).toBe("two");
    expect((await gitlab.Repositories.allRepositoryTrees(id)).map(({ type, path }) => [type, path])).toEqual([
      ["blob", "README.md"],
      ["tree", "docs"],
    ]);
    const commits = await gitlab.Commits.all(id);
    expect(commits.map(({ title }) => title)).toEqual(["second", "first", "Add README.md"]);
    expect((await gitlab.Commits.show(id, commits[1]?.id ?? "")).title).toBe("first");
    await gitlab.RepositoryFiles.remove(id, "docs/guide.md", "main", "gone");
    expect((await failureOf(gitlab.RepositoryFiles.show(id, "docs/guide.md", "main")))[1]).toBe("404 File Not Found");
    await gitlab.Branches.create(id, "topic", "main");
    expect((await gitlab.Branches.all(id)).map(({ name }) => name)).toEqual(["main", "topic"]);
    await gitlab.Branches.remove(id, "topic");
    expect((await failureOf(gitlab.Branches.show(id, "topic")))[1]).toBe("404 Branch Not Found");
  });

  it("run pipelines", async () => {
    const { gitlab } = await bench();
    const made = await gitlab.Pipelines.create("acme/project1", "main");
    expect(made).toMatchObject({ status: "created", ref: "main" });
    expect((await gitlab.Pipelines.all("acme/project1")).map(({ status }) => status)).toEqual(["created", "success"]);
    expect((await gitlab.Pipelines.show("acme/project1", made.id)).id).toBe(made.id);
    expect((await failureOf(gitlab.Pipelines.create("acme/project1", "none")))[0]).toBe(400);
  });
});

describe("search", () => {
  it("looks through everything, a group or a project", async () => {
    const { gitlab } = await bench({ groups: 2, projects: [{ name: "engine", issues: 3 }] });
    expect(await gitlab.Search.all("projects", "engine")).toHaveLength(2);
    expect(await gitlab.Search.all("issues", "issue 1", { groupId: "acme" })).toHaveLength(1);
    expect(await gitlab.Search.all("issues", "issue", { projectId: "group2/engine" })).toHaveLength(3);
  });
});

describe("anything else", () => {
  it("is not found, and is the operation `other`", async () => {
    const { gitlab, simulator } = await bench();
    expect(await failureOf(gitlab.ProjectWikis.all("acme/project1"))).toEqual([404, "404 Not Found"]);
    expect(simulator.ledger.count({ method: "other" })).toBe(1);
  });
});
