import type { GitLabProject } from "../state/model.js";
import { simpleUser } from "../wire/account.js";
import { wireIssue, wireMergeRequest } from "../wire/issuable.js";
import { wireProject } from "../wire/project.js";
import { ApiError } from "./api-error.js";
import { currentUserOf, groupOf, isVisible, projectOf } from "./lookup.js";
import { listed } from "./pages.js";
import type { Reply, RouteContext, Routes } from "./route.js";

export const searchRoutes: Routes = {
  "GET /search": (context) => search(context, [...context.state.projects.values()]),
  "GET /groups/:id/search": (context) => {
    const group = groupOf(context);
    return search(
      context,
      [...context.state.projects.values()].filter(({ namespace }) => namespace === group),
    );
  },
  "GET /projects/:id/search": (context) => search(context, [projectOf(context)]),
};

/** Looks for the text in titles and names. */
function search(context: RouteContext, among: readonly GitLabProject[]): Reply {
  currentUserOf(context);
  const { origin, query, state } = context;
  const words = asked(query, "search").toLowerCase();
  const projects = among.filter((project) => isVisible(context, project));
  const matches = (text: string): boolean => text.toLowerCase().includes(words);
  switch (asked(query, "scope")) {
    case "projects":
      return listed(
        context,
        projects.filter(({ name }) => matches(name)),
        (project) => wireProject(project, origin),
      );
    case "issues":
      return listed(
        context,
        found(projects, (project) => project.issues, matches),
        ({ item, project }) => wireIssue(item, project, origin),
      );
    case "merge_requests":
      return listed(
        context,
        found(projects, (project) => project.mergeRequests, matches),
        ({ item, project }) => wireMergeRequest(item, project, origin),
      );
    case "users":
      return listed(
        context,
        [...state.users.values()].filter(({ name }) => matches(name)),
        (user) => simpleUser(user, origin),
      );
    default:
      throw new ApiError(400, { error: "scope does not have a valid value" });
  }
}

function found<Item extends { readonly title: string }>(
  projects: readonly GitLabProject[],
  itemsOf: (project: GitLabProject) => ReadonlyMap<number, Item>,
  matches: (text: string) => boolean,
): readonly { readonly item: Item; readonly project: GitLabProject }[] {
  return projects.flatMap((project) =>
    [...itemsOf(project).values()].filter(({ title }) => matches(title)).map((item) => ({ item, project })),
  );
}

function asked(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null) throw new ApiError(400, { error: `${name} is missing` });
  return value;
}
