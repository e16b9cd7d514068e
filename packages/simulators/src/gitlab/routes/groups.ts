import { wireGroup } from "../wire/account.js";
import { wireProject } from "../wire/project.js";
import { invalid } from "./api-error.js";
import { requiredText, text } from "./fields.js";
import { currentUserOf, groupOf, isVisible, levelIn } from "./lookup.js";
import { listed } from "./pages.js";
import type { Routes } from "./route.js";

export const groupRoutes: Routes = {
  "GET /groups": (context) => {
    const { query, state, origin } = context;
    const search = query.get("search")?.toLowerCase() ?? "";
    const groups = [...state.groups.values()].filter(
      (group) =>
        (group.visibility === "public" || levelIn(context, group) > 0) &&
        (query.get("owned") !== "true" || levelIn(context, group) === 50) &&
        group.path.toLowerCase().includes(search),
    );
    return listed(context, groups, (group) => wireGroup(group, origin));
  },
  "GET /groups/:id": (context) => {
    const group = groupOf(context);
    const projects = [...context.state.projects.values()].filter(
      (project) => project.namespace === group && isVisible(context, project),
    );
    const data = { ...wireGroup(group, context.origin), shared_with_groups: [] };
    if (context.query.get("with_projects") === "false") return { data };
    return {
      data: { ...data, projects: projects.slice(0, 100).map((project) => wireProject(project, context.origin)) },
    };
  },
  "POST /groups": (context) => {
    const { fields, state, origin } = context;
    const owner = currentUserOf(context);
    const path = requiredText(fields, "path");
    if ([...state.groups.values()].some((group) => group.path === path)) {
      throw invalid('Failed to save group {:path=>["has already been taken"]}');
    }
    const group = state.addGroup(path, requiredText(fields, "name"), owner);
    group.description = text(fields, "description") ?? "";
    return { status: 201, data: wireGroup(group, origin) };
  },
  "GET /groups/:id/projects": (context) => {
    const group = groupOf(context);
    const projects = [...context.state.projects.values()].filter(
      (project) => project.namespace === group && isVisible(context, project),
    );
    return listed(context, projects, (project) => wireProject(project, context.origin));
  },
};
