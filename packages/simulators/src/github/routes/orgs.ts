import type { GitHubOrganization, GitHubTeam } from "../state/model.js";
import { fullOrganization, simpleAccount, wireTeam } from "../wire/account.js";
import { wireRepository } from "../wire/repository.js";
import { ApiError, notFound } from "./api-error.js";
import { belongsTo, maySee, organizationOf } from "./lookup.js";
import { listed } from "./pages.js";
import { createRepository, publicRepos } from "./users.js";
import type { Reply, RouteContext, Routes } from "./route.js";

export const orgRoutes: Routes = {
  "GET /orgs/{org}": (context) => {
    const org = organizationOf(context);
    return { data: fullOrganization(org, context.origin, publicRepos(context, org.login)), updatedMs: org.updatedMs };
  },
  "GET /orgs/{org}/members": (context) => {
    const { members } = organizationOf(context);
    const role = context.query.get("role");
    const logins = [...members].filter(([, held]) => role === null || role === "all" || role === held);
    return listAccounts(
      context,
      logins.map(([login]) => login),
    );
  },
  "GET /orgs/{org}/members/{username}": (context) => {
    const { members } = organizationOf(context);
    if (!members.has(context.params["username"] ?? "")) throw notFound();
    return { status: 204 };
  },
  "GET /orgs/{org}/repos": (context) => {
    const org = organizationOf(context);
    const type = context.query.get("type");
    const repos = [...context.state.repos.values()].filter(
      (repository) =>
        repository.owner.id === org.id &&
        maySee(context, repository) &&
        (type === null || type === "all" || type === (repository.isPrivate ? "private" : "public")),
    );
    const mayPush = belongsTo(context, org);
    return listed(context, repos, (repository) => wireRepository(repository, context.origin, mayPush));
  },
  "POST /orgs/{org}/repos": (context) => {
    const org = organizationOf(context);
    mustBelong(context, org);
    return createRepository(context, org);
  },
  "GET /orgs/{org}/teams": (context) => {
    const org = organizationOf(context);
    mustBelong(context, org);
    return listed(context, [...org.teams.values()], (team) => wireTeam(team, org, context.origin));
  },
  "GET /orgs/{org}/teams/{team_slug}": (context) => {
    const org = organizationOf(context);
    return { data: wireTeam(teamOf(context, org), org, context.origin) };
  },
  "GET /orgs/{org}/teams/{team_slug}/members": (context) =>
    listAccounts(context, [...teamOf(context, organizationOf(context)).members]),
};

function listAccounts(context: RouteContext, logins: readonly string[]): Reply {
  const accounts = logins.flatMap((login) => context.state.users.get(login) ?? []);
  return listed(context, accounts, (account) => simpleAccount(account, context.origin));
}

function teamOf(context: RouteContext, org: GitHubOrganization): GitHubTeam {
  mustBelong(context, org);
  const team = org.teams.get(context.params["team_slug"] ?? "");
  if (team === undefined) throw notFound();
  return team;
}

function mustBelong(context: RouteContext, org: GitHubOrganization): void {
  if (context.viewer.kind === "nobody") throw new ApiError(401, "Requires authentication");
  if (!belongsTo(context, org)) throw new ApiError(403, "You must be a member of the organization");
}
