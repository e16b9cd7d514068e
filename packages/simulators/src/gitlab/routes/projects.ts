import type { GitLabGroup, GitLabProject, GitLabUser, GitLabVisibility } from "../state/model.js";
import { fullPath } from "../state/state.js";
import { wireProject } from "../wire/project.js";
import { forbidden, invalid } from "./api-error.js";
import { text } from "./fields.js";
import { currentUserOf, isVisible, levelIn, levelOf, levels, projectOf, writableProject } from "./lookup.js";
import { listed, listedById } from "./pages.js";
import type { RouteContext, Routes } from "./route.js";

export const projectRoutes: Routes = {
  "GET /projects": (context) => {
    const { query, state, origin } = context;
    const search = query.get("search")?.toLowerCase() ?? "";
    const mine = query.get("membership") === "true" || query.get("owned") === "true";
    const least = query.get("owned") === "true" ? levels.owner : 1;
    const projects = [...state.projects.values()].filter(
      (project) =>
        isVisible(context, project) &&
        (!mine || levelOf(context, project) >= least) &&
        fullPath(project).toLowerCase().includes(search),
    );
    const wire = (project: GitLabProject) => wireProject(project, origin);
    if (query.get("pagination") === "keyset") return listedById(context, projects, wire);
    return listed(context, query.get("sort") === "asc" ? projects : projects.toReversed(), wire);
  },
  "GET /projects/:id": (context) => ({ data: wireProject(projectOf(context), context.origin) }),
  "POST /projects": (context) => {
    const { fields, state, origin } = context;
    const creator = currentUserOf(context);
    const name = text(fields, "name") ?? text(fields, "path");
    if (name === undefined) throw invalid({ name: ["can't be blank"] });
    const namespace = namespaceOf(context, creator);
    const draft = {
      name,
      path: text(fields, "path") ?? name.toLowerCase().replaceAll(/[^a-z0-9_.-]+/g, "-"),
      description: text(fields, "description"),
      visibility: visibilityOf(context) ?? "private",
    };
    if (state.project(fullPath({ namespace, path: draft.path })) !== undefined) {
      throw invalid({ name: ["has already been taken"], path: ["has already been taken"] });
    }
    return { status: 201, data: wireProject(state.addProject(namespace, creator, draft), origin) };
  },
  "PUT /projects/:id": (context) => {
    const { fields, state, origin } = context;
    const project = writableProject(context, levels.maintainer);
    project.name = text(fields, "name") ?? project.name;
    project.path = text(fields, "path") ?? project.path;
    project.description = text(fields, "description") ?? project.description;
    project.visibility = visibilityOf(context) ?? project.visibility;
    project.defaultBranch = text(fields, "default_branch") ?? project.defaultBranch;
    project.updatedMs = state.nowMs();
    return { data: wireProject(project, origin) };
  },
  "DELETE /projects/:id": (context) => {
    const project = writableProject(context, levels.owner);
    context.state.projects.delete(project.id);
    return { status: 202, data: { message: "202 Accepted" } };
  },
};

/** Where a new project goes: the group named by number, else the user's own namespace. */
function namespaceOf(context: RouteContext, creator: GitLabUser): GitLabGroup | GitLabUser {
  const wanted = text(context.fields, "namespace_id");
  if (wanted === undefined) return creator;
  const group = context.state.groups.get(Number(wanted));
  if (group === undefined) throw invalid({ namespace: ["is not valid"] });
  if (levelIn(context, group) < levels.developer) throw forbidden();
  return group;
}

function visibilityOf({ fields }: RouteContext): GitLabVisibility | undefined {
  const wanted = text(fields, "visibility");
  if (wanted === undefined || wanted === "public" || wanted === "internal" || wanted === "private") return wanted;
  throw invalid("visibility does not have a valid value");
}
