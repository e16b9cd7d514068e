import type { Operation } from "../../http/arrival.js";
import { groupRoutes } from "./groups.js";
import { issueRoutes, mergeRequestRoutes } from "./issuables.js";
import { memberRoutes } from "./members.js";
import { oauthRoutes } from "./oauth.js";
import { pipelineRoutes } from "./pipelines.js";
import { projectRoutes } from "./projects.js";
import { repositoryRoutes } from "./repository.js";
import { searchRoutes } from "./search.js";
import { userRoutes } from "./users.js";
import type { Routes } from "./route.js";

/** All routes by their documented names. Where two fit, the earlier one is taken. */
export const routes: Routes = {
  ...oauthRoutes,
  ...userRoutes,
  ...projectRoutes,
  ...groupRoutes,
  ...memberRoutes,
  ...issueRoutes,
  ...mergeRequestRoutes,
  ...repositoryRoutes,
  ...pipelineRoutes,
  ...searchRoutes,
};

export const operations: readonly Operation[] = Object.keys(routes).map((name) => ({
  name,
  outside: Object.hasOwn(oauthRoutes, name),
}));
