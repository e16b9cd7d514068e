import type { Operation } from "../../http/arrival.js";
import { appRoutes } from "./apps.js";
import { contentRoutes } from "./contents.js";
import { issueRoutes } from "./issues.js";
import { metaRoutes } from "./meta.js";
import { orgRoutes } from "./orgs.js";
import { repoRoutes } from "./repos.js";
import { searchRoutes } from "./search.js";
import { userRoutes } from "./users.js";
import type { Routes } from "./route.js";

/** All REST routes by their documented names. */
export const routes: Routes = {
  ...metaRoutes,
  ...userRoutes,
  ...orgRoutes,
  ...repoRoutes,
  ...issueRoutes,
  ...contentRoutes,
  ...searchRoutes,
  ...appRoutes,
};

/** The only route of GraphQL. */
export const graphqlRoute = "POST /graphql";

/** Paths by name, and what they are by number. */
const numbered = [
  ["/repos/{owner}/{repo}", "/repositories/{repository_id}"],
  ["/orgs/{org}", "/organizations/{organization_id}"],
  ["/users/{username}", "/user/{account_id}"],
] as const;

/** The routes with the ways they can be reached: by name, and by number as links do. */
export const operations: readonly Operation[] = [...Object.keys(routes), graphqlRoute].map((name) => ({
  name,
  aliases: aliases(...(name.split(" ") as [string, string])),
}));

function aliases(verb: string, path: string): readonly string[] {
  const byNumber = numbered
    .filter(([named]) => path.startsWith(`${named}/`) || (path === named && named !== "/users/{username}"))
    .map(([named, number]) => path.replace(named, number));
  // The root folder has no path of its own.
  const folders = verb === "GET" ? [path, ...byNumber].filter((way) => way.endsWith("/contents/{path}")) : [];
  return [...byNumber, ...folders.map((way) => way.replace("/{path}", ""))];
}
