import { branchOff, commitFile } from "../../git/repository.js";
import { openIssue, openMergeRequest, runPipeline } from "./open.js";
import type { GitLabGroup, GitLabUser } from "./model.js";
import type { GitLabProjectSeed, GitLabSeedLists } from "./seed.js";
import type { WritableGitLabState } from "./state.js";

/** Fills an empty state. */
export function fillGitLab(state: WritableGitLabState, seeds: GitLabSeedLists): void {
  const users = seeds.users.map((username) => addUser(state, username));
  for (const { name, members, projects } of seeds.groups) {
    const people = members.map((member) => {
      const user = state.user(member);
      if (user === undefined) throw new RangeError(`members of ${name} must be users, got ${member}`);
      return user;
    });
    const owner = people[0] ?? users[0];
    if (owner === undefined) return;
    const group = state.addGroup(name, name, owner);
    for (const member of people.slice(1)) group.members.set(member.id, 30);
    for (const seed of projects) addSeeded(state, group, owner, seed);
  }
}

function addUser(state: WritableGitLabState, username: string): GitLabUser {
  const user = {
    id: state.nextId("user"),
    username,
    name: username,
    email: `${username}@example.com`,
    createdMs: state.nowMs(),
  };
  state.users.set(user.id, user);
  return user;
}

function addSeeded(
  state: WritableGitLabState,
  group: GitLabGroup,
  owner: GitLabUser,
  { name, visibility, files, issues, mergeRequests, pipelines }: Required<GitLabProjectSeed>,
): void {
  const project = state.addProject(group, owner, { name, path: name, visibility });
  for (const [path, text] of Object.entries(files)) {
    const change = { path, content: Buffer.from(text), message: `Add ${path}` };
    commitFile(project, project.defaultBranch, change, owner, state.nowMs());
  }
  for (let number = 1; number <= issues; number += 1) {
    openIssue(state, project, owner, { title: `Issue ${number}`, labels: ["bug"] });
  }
  const main = project.branches.get(project.defaultBranch);
  for (let number = 1; number <= mergeRequests; number += 1) {
    const sourceBranch = `change-${number}`;
    if (main !== undefined) branchOff(project, main, sourceBranch);
    const targetBranch = project.defaultBranch;
    openMergeRequest(state, project, owner, { title: `Change ${number}`, sourceBranch, targetBranch });
  }
  for (let number = 1; number <= pipelines; number += 1)
    runPipeline(state, project, owner, project.defaultBranch, "push");
}
