import { githubResources } from "../limits/github-limits.js";
import type { Routes } from "./route.js";

export const metaRoutes: Routes = {
  "GET /": ({ origin }) => ({
    data: {
      current_user_url: `${origin}/user`,
      code_search_url: `${origin}/search/code?q={query}{&page,per_page,sort,order}`,
      issue_search_url: `${origin}/search/issues?q={query}{&page,per_page,sort,order}`,
      organization_url: `${origin}/orgs/{org}`,
      organization_repositories_url: `${origin}/orgs/{org}/repos{?type,page,per_page,sort}`,
      rate_limit_url: `${origin}/rate_limit`,
      repository_url: `${origin}/repos/{owner}/{repo}`,
      repository_search_url: `${origin}/search/repositories?q={query}{&page,per_page,sort,order}`,
      user_url: `${origin}/users/{user}`,
      user_organizations_url: `${origin}/user/orgs`,
      user_repositories_url: `${origin}/users/{user}/repos{?type,page,per_page,sort}`,
    },
  }),
  "GET /rate_limit": (context) => {
    const names = context.viewer.kind === "nobody" ? (["core", "search"] as const) : githubResources;
    const shown = names.map((name) => {
      const { limit, used, remaining, resetSeconds } = context.quota(name);
      return [name, { limit, used, remaining, reset: resetSeconds, resource: name }] as const;
    });
    const resources = Object.fromEntries(shown);
    return { data: { resources, rate: resources["core"] } };
  },
};
