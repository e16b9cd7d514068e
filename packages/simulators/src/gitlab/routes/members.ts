import type { GitLabMembers } from "../state/model.js";
import { wireMember } from "../wire/account.js";
import { ApiError, forbidden, notFound } from "./api-error.js";
import { requiredNumber } from "./fields.js";
import { currentUserOf, groupOf, levelIn, levelOf, levels, projectOf } from "./lookup.js";
import { listed } from "./pages.js";
import type { Reply, RouteContext, Routes } from "./route.js";

/** Something that has members. */
interface Club {
  readonly members: GitLabMembers;
  /** Those of the group above too. */
  readonly all: ReadonlyMap<number, number>;
  readonly createdMs: number;
  /** Of the viewer. */
  readonly level: number;
}

export const memberRoutes: Routes = { ...routesBelow("groups", groupClub), ...routesBelow("projects", projectClub) };

function routesBelow(kind: string, clubOf: (context: RouteContext) => Club): Routes {
  return {
    [`GET /${kind}/:id/members`]: (context) => listMembers(context, clubOf(context), "members"),
    [`GET /${kind}/:id/members/all`]: (context) => listMembers(context, clubOf(context), "all"),
    [`GET /${kind}/:id/members/:user_id`]: (context) => ({ data: wired(context, clubOf(context), userIdOf(context)) }),
    [`POST /${kind}/:id/members`]: (context) => {
      const club = ownedClub(context, clubOf);
      const id = requiredNumber(context.fields, "user_id");
      if (!context.state.users.has(id)) throw notFound("User");
      if (club.members.has(id)) throw new ApiError(409, { message: "Member already exists" });
      club.members.set(id, requiredNumber(context.fields, "access_level"));
      return { status: 201, data: wired(context, club, id) };
    },
    [`PUT /${kind}/:id/members/:user_id`]: (context) => {
      const club = ownedClub(context, clubOf);
      const id = userIdOf(context);
      if (!club.members.has(id)) throw notFound();
      club.members.set(id, requiredNumber(context.fields, "access_level"));
      return { data: wired(context, club, id) };
    },
    [`DELETE /${kind}/:id/members/:user_id`]: (context) => {
      if (!ownedClub(context, clubOf).members.delete(userIdOf(context))) throw notFound();
      return { status: 204 };
    },
  };
}

function groupClub(context: RouteContext): Club {
  const group = groupOf(context);
  const { members, createdMs } = group;
  return { members, all: members, createdMs, level: levelIn(context, group) };
}

function projectClub(context: RouteContext): Club {
  const project = projectOf(context);
  const { members, namespace, createdMs } = project;
  const inherited = "username" in namespace ? [] : namespace.members;
  return { members, all: new Map([...inherited, ...members]), createdMs, level: levelOf(context, project) };
}

function ownedClub(context: RouteContext, clubOf: (context: RouteContext) => Club): Club {
  currentUserOf(context);
  const club = clubOf(context);
  if (club.level < levels.maintainer) throw forbidden();
  return club;
}

function listMembers(context: RouteContext, club: Club, which: "members" | "all"): Reply {
  currentUserOf(context);
  return listed(context, [...club[which].keys()], (id) => wired(context, club, id));
}

function wired({ state, origin }: RouteContext, { all, members, createdMs }: Club, id: number): unknown {
  const user = state.users.get(id);
  const level = members.get(id) ?? all.get(id);
  if (user === undefined || level === undefined) throw notFound();
  return wireMember(user, level, createdMs, origin);
}

function userIdOf({ params }: RouteContext): number {
  return Number(params["user_id"]);
}
