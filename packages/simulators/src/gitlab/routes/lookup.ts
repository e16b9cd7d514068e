import type { GitLabGroup, GitLabProject, GitLabUser } from "../state/model.js";
import { forbidden, notFound, unauthorized } from "./api-error.js";
import type { RouteContext } from "./route.js";

/** What access levels allow. */
export const levels = { developer: 30, maintainer: 40, owner: 50 } as const;

/** The user of the token. */
export function currentUserOf({ viewer }: RouteContext): GitLabUser {
  if (viewer.kind === "nobody") throw unauthorized();
  return viewer.user;
}

/** The user that the path numbers. */
export function userOf({ params, state }: RouteContext, name: string): GitLabUser {
  const user = state.users.get(Number(params[name])) ?? state.user(params[name] ?? "");
  if (user === undefined) throw notFound("User");
  return user;
}

/** The group that the path numbers or names. */
export function groupOf(context: RouteContext): GitLabGroup {
  const { params, state } = context;
  const id = params["id"] ?? "";
  const group = /^\d+$/.test(id)
    ? state.groups.get(Number(id))
    : [...state.groups.values()].find(({ path }) => path === id);
  if (group === undefined || !maySee(context, group.visibility, levelIn(context, group))) throw notFound("Group");
  return group;
}

/** The project that the path numbers or names. */
export function projectOf(context: RouteContext): GitLabProject {
  const { params, state } = context;
  const id = params["id"] ?? "";
  const project = /^\d+$/.test(id) ? state.projects.get(Number(id)) : state.project(id);
  if (project === undefined || !isVisible(context, project)) throw notFound("Project");
  return project;
}

/** The project of the path, for somebody who may write to it. */
export function writableProject(context: RouteContext, least: number = levels.developer): GitLabProject {
  currentUserOf(context);
  const project = projectOf(context);
  if (levelOf(context, project) < least) throw forbidden();
  return project;
}

/** Whether a project shows up for the viewer. */
export function isVisible(context: RouteContext, project: GitLabProject): boolean {
  return maySee(context, project.visibility, levelOf(context, project));
}

/** The viewer's access to a project, its own or that of its group; 0 is none. */
export function levelOf(context: RouteContext, project: GitLabProject): number {
  const { namespace, members } = project;
  if (context.viewer.kind === "nobody") return 0;
  const { id } = context.viewer.user;
  const inherited = "username" in namespace ? 0 : levelIn(context, namespace);
  return Math.max(members.get(id) ?? 0, inherited);
}

export function levelIn({ viewer }: RouteContext, { members }: GitLabGroup): number {
  return viewer.kind === "nobody" ? 0 : (members.get(viewer.user.id) ?? 0);
}

function maySee({ viewer }: RouteContext, visibility: GitLabProject["visibility"], level: number): boolean {
  return visibility === "public" || level > 0 || (visibility === "internal" && viewer.kind === "user");
}
