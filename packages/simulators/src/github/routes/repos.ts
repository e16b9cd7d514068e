import { fullName } from "../state/state.js";
import { fullBranch, simpleBranch, wireCommit, wireRepository } from "../wire/repository.js";
import type { GitHubBranch, GitHubRepository } from "../state/model.js";
import { invalid, notFound } from "./api-error.js";
import { flag, text } from "./fields.js";
import { belongsTo, mustPush, repositoryOf } from "./lookup.js";
import { listed } from "./pages.js";
import type { Reply, RouteContext, Routes } from "./route.js";

export const repoRoutes: Routes = {
  "GET /repos/{owner}/{repo}": (context) => {
    const repository = repositoryOf(context);
    return shown(context, repository);
  },
  "PATCH /repos/{owner}/{repo}": (context) => {
    const repository = repositoryOf(context);
    mustPush(context, repository);
    update(context, repository);
    return shown(context, repository);
  },
  "DELETE /repos/{owner}/{repo}": (context) => {
    const repository = repositoryOf(context);
    mustPush(context, repository);
    context.state.repos.delete(fullName(repository));
    return { status: 204 };
  },
  "GET /repos/{owner}/{repo}/branches": (context) => {
    const repository = repositoryOf(context);
    return listed(context, [...repository.branches.values()], (branch) =>
      simpleBranch(branch, repository, context.origin),
    );
  },
  "GET /repos/{owner}/{repo}/branches/{branch}": (context) => {
    const repository = repositoryOf(context);
    return { data: fullBranch(branchOf(repository, context.params["branch"]), repository, context.origin) };
  },
  "GET /repos/{owner}/{repo}/commits": (context) => {
    const repository = repositoryOf(context);
    const branch = branchOf(repository, context.query.get("sha") ?? repository.defaultBranch);
    const newestFirst = branch.commits.toReversed();
    return listed(context, newestFirst, (commit) => wireCommit(commit, repository, context.origin));
  },
};

/** The branch of that name. */
export function branchOf(repository: GitHubRepository, name: string | undefined): GitHubBranch {
  const branch = repository.branches.get(name ?? repository.defaultBranch);
  if (branch === undefined) throw notFound();
  return branch;
}

function shown(context: RouteContext, repository: GitHubRepository): Reply {
  const data = wireRepository(repository, context.origin, belongsTo(context, repository.owner));
  return { data, updatedMs: repository.updatedMs };
}

function update({ fields, state }: RouteContext, repository: GitHubRepository): void {
  const name = text(fields, "name");
  const before = fullName(repository);
  if (name !== undefined && name !== repository.name) {
    if (state.repos.has(`${repository.owner.login}/${name}`)) {
      throw invalid("Repository", "name", "custom", "name already exists on this account");
    }
    repository.name = name;
    state.repos.delete(before);
    state.repos.set(fullName(repository), repository);
  }
  repository.description = text(fields, "description") ?? repository.description;
  repository.isPrivate = flag(fields, "private") ?? repository.isPrivate;
  repository.archived = flag(fields, "archived") ?? repository.archived;
  repository.defaultBranch = text(fields, "default_branch") ?? repository.defaultBranch;
  repository.updatedMs = state.nowMs();
}
