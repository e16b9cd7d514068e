import type { GitHubAccount, GitHubIssue, GitHubOrganization, GitHubRepository } from "../state/model.js";
import { ApiError, notFound } from "./api-error.js";
import type { RouteContext } from "./route.js";

/** The account of the token. */
export function viewerAccount({ viewer, state }: RouteContext): GitHubAccount {
  if (viewer.kind === "user") return viewer.user;
  if (viewer.kind === "installation") return botOf(state.app.slug, state.app.id);
  throw new ApiError(401, "Requires authentication");
}

/** The user or organization that the path names, or numbers. */
export function userOf({ params, state }: RouteContext): GitHubAccount {
  const name = params["username"] ?? params["account_id"] ?? "";
  const byName = state.users.get(name) ?? state.orgs.get(name);
  return byName ?? numbered([...state.users.values(), ...state.orgs.values()], name);
}

/** The organization that the path names, or numbers. */
export function organizationOf({ params, state }: RouteContext): GitHubOrganization {
  const name = params["org"] ?? params["organization_id"] ?? "";
  return state.orgs.get(name) ?? numbered([...state.orgs.values()], name);
}

/** The repository that the path names, or numbers; one that may not be seen is not there. */
export function repositoryOf(context: RouteContext): GitHubRepository {
  const { params, state } = context;
  const { owner, repo, repository_id: id } = params;
  const repository =
    id === undefined ? state.repos.get(`${owner ?? ""}/${repo ?? ""}`) : numbered([...state.repos.values()], id);
  if (repository === undefined || !maySee(context, repository)) throw notFound();
  return repository;
}

/** The issue or pull request that the path numbers. */
export function issueOf(context: RouteContext, repository = repositoryOf(context)): GitHubIssue {
  const issue = repository.issues.get(Number(context.params["issue_number"] ?? context.params["pull_number"]));
  if (issue === undefined) throw notFound();
  return issue;
}

/** Whether a repository shows up for the viewer. */
export function maySee(context: RouteContext, repository: GitHubRepository): boolean {
  return !repository.isPrivate || belongsTo(context, repository.owner);
}

/** Fails unless the viewer may change the repository. */
export function mustPush(context: RouteContext, repository: GitHubRepository): void {
  if (!belongsTo(context, repository.owner)) throw new ApiError(403, "Must have push access to repository");
}

/** Whether the viewer is the owner, or one of it. */
export function belongsTo({ viewer, state }: RouteContext, owner: GitHubAccount): boolean {
  if (viewer.kind === "installation") return viewer.installation.account.id === owner.id;
  if (viewer.kind !== "user") return false;
  return viewer.user.id === owner.id || state.orgs.get(owner.login)?.members.has(viewer.user.login) === true;
}

function numbered<Thing extends { readonly id: number }>(things: readonly Thing[], id: string): Thing {
  const found = /^\d+$/.test(id) ? things.find((thing) => thing.id === Number(id)) : undefined;
  if (found === undefined) throw notFound();
  return found;
}

function botOf(slug: string, id: number): GitHubAccount {
  return { id, login: `${slug}[bot]`, type: "Bot", name: slug, email: null, createdMs: 0, updatedMs: 0 };
}
