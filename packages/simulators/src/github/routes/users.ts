import { fullAccount, simpleAccount, simpleOrganization } from "../wire/account.js";
import { wireRepository } from "../wire/repository.js";
import { flag, requiredText, text } from "./fields.js";
import { invalid } from "./api-error.js";
import { belongsTo, maySee, userOf, viewerAccount } from "./lookup.js";
import { listed } from "./pages.js";
import type { RouteContext, Routes } from "./route.js";

export const userRoutes: Routes = {
  "GET /user": (context) => {
    const account = viewerAccount(context);
    return {
      data: fullAccount(account, context.origin, publicRepos(context, account.login)),
      updatedMs: account.updatedMs,
    };
  },
  "GET /user/orgs": (context) => {
    const { login } = viewerAccount(context);
    const orgs = [...context.state.orgs.values()].filter(({ members }) => members.has(login));
    return listed(context, orgs, (org) => simpleOrganization(org, context.origin));
  },
  "GET /user/repos": (context) => {
    viewerAccount(context);
    const repos = [...context.state.repos.values()].filter(({ owner }) => belongsTo(context, owner));
    return listed(context, repos, (repository) => wireRepository(repository, context.origin, true));
  },
  "POST /user/repos": (context) => createRepository(context, viewerAccount(context)),
  "GET /users": (context) =>
    listed(context, [...context.state.users.values()], (user) => simpleAccount(user, context.origin)),
  "GET /users/{username}": (context) => {
    const account = userOf(context);
    return {
      data: fullAccount(account, context.origin, publicRepos(context, account.login)),
      updatedMs: account.updatedMs,
    };
  },
  "GET /users/{username}/orgs": (context) => {
    const { login } = userOf(context);
    const orgs = [...context.state.orgs.values()].filter(({ members }) => members.has(login));
    return listed(context, orgs, (org) => simpleOrganization(org, context.origin));
  },
  "GET /users/{username}/repos": (context) => {
    const account = userOf(context);
    const repos = [...context.state.repos.values()].filter(
      (repository) => repository.owner.id === account.id && maySee(context, repository),
    );
    return listed(context, repos, (repository) =>
      wireRepository(repository, context.origin, belongsTo(context, repository.owner)),
    );
  },
};

/** Makes an empty repository. */
export function createRepository(
  context: RouteContext,
  owner: ReturnType<typeof viewerAccount>,
): ReturnType<Routes[string]> {
  const { fields, origin, state } = context;
  const name = requiredText(fields, "name");
  if (state.repos.has(`${owner.login}/${name}`)) {
    throw invalid("Repository", "name", "custom", "name already exists on this account");
  }
  const isPrivate = flag(fields, "private") ?? text(fields, "visibility") === "private";
  const repository = state.addRepository(owner, { name, description: text(fields, "description") ?? null, isPrivate });
  const location = `${origin}/repos/${owner.login}/${name}`;
  return { status: 201, data: wireRepository(repository, origin, true), headers: { location } };
}

export function publicRepos({ state }: RouteContext, login: string): number {
  return [...state.repos.values()].filter(({ owner, isPrivate }) => owner.login === login && !isPrivate).length;
}
