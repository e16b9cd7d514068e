import { branchOff, commitFile } from "../../git/repository.js";
import type { GitHubAccount, GitHubInstallation, GitHubOrganization, GitHubTeam } from "./model.js";
import { openIssue } from "./issue.js";
import type { GitHubOrganizationSeed, GitHubRepositorySeed, GitHubSeedLists } from "./seed.js";
import type { WritableGitHubState } from "./state.js";

/** Fills an empty state. */
export function fillGitHub(state: WritableGitHubState, seeds: GitHubSeedLists): void {
  const users = seeds.users.map((login) => addUser(state, login));
  const [first] = users;
  if (first === undefined) return;
  const orgs = seeds.orgs.map((seed) => addOrganization(state, seed));
  const installations = orgs.map((account): GitHubInstallation => {
    return { id: state.nextId(), account, createdMs: state.nowMs() };
  });
  state.app = { ...state.app, owner: orgs[0] ?? first, installations };
  for (const org of orgs) {
    const author = state.users.get([...org.members.keys()][0] ?? "") ?? first;
    for (const seed of seeds.repos.get(org.login) ?? []) addSeeded(state, org, author, seed);
  }
}

function addUser(state: WritableGitHubState, login: string): GitHubAccount {
  const atMs = state.nowMs();
  const user: GitHubAccount = {
    id: state.nextId(),
    login,
    type: "User",
    name: login,
    email: `${login}@example.com`,
    createdMs: atMs,
    updatedMs: atMs,
  };
  state.users.set(login, user);
  return user;
}

function addOrganization(
  state: WritableGitHubState,
  seed: Required<Omit<GitHubOrganizationSeed, "repos">>,
): GitHubOrganization {
  const { login, members, teams } = seed;
  for (const member of members) {
    if (!state.users.has(member)) throw new RangeError(`members of ${login} must be users, got ${member}`);
  }
  const atMs = state.nowMs();
  const org: GitHubOrganization = {
    id: state.nextId(),
    login,
    type: "Organization",
    name: login,
    email: null,
    description: `The organization ${login}`,
    members: new Map(members.map((member, index) => [member, index === 0 ? "admin" : "member"])),
    teams: new Map(teams.map((name) => team(state, name, members)).map((made) => [made.slug, made])),
    createdMs: atMs,
    updatedMs: atMs,
  };
  state.orgs.set(login, org);
  return org;
}

function team(state: WritableGitHubState, name: string, members: readonly string[]): GitHubTeam {
  const slug = name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-");
  return { id: state.nextId(), slug, name, description: `The team ${name}`, members: new Set(members) };
}

function addSeeded(
  state: WritableGitHubState,
  owner: GitHubAccount,
  author: GitHubAccount,
  { name, description, isPrivate, files, issues, pulls }: Required<GitHubRepositorySeed>,
): void {
  const repository = state.addRepository(owner, { name, description, isPrivate });
  for (const [path, text] of Object.entries(files)) {
    commitFile(repository, "main", { path, content: Buffer.from(text), message: `Add ${path}` }, author, state.nowMs());
  }
  for (let number = 1; number <= issues; number += 1) {
    openIssue(repository, state.nextId(), author, { title: `Issue ${number}`, labels: ["bug"] }, state.nowMs());
  }
  const main = repository.branches.get("main");
  for (let number = 1; number <= pulls; number += 1) {
    const head = `change-${number}`;
    if (main !== undefined) branchOff(repository, main, head);
    const pull = { head, base: "main", draft: false };
    openIssue(repository, state.nextId(), author, { title: `Change ${number}`, pull }, state.nowMs());
  }
}
