import { jsonAnswer } from "../../http/answer.js";
import { badRequest } from "../keycloak-error.js";
import type { Representation } from "../state/collection.js";
import type { Realm } from "../state/state.js";
import { crud, findIn } from "./crud.js";
import { listOf, noContent, objectOf, realmOf, type Route, type RouteRequest } from "./route.js";

const path = "/admin/realms/{realm}/users";
const texts = ["username", "email", "firstName", "lastName"] as const;

const userOf = (request: RouteRequest): Representation =>
  findIn(realmOf(request), "users", "id", request.params["id"] ?? "", "User not found");

function matches(user: Representation, query: URLSearchParams): boolean {
  const search = query.get("search")?.toLowerCase();
  const has = (field: string, part: string): boolean =>
    String(user[field] ?? "")
      .toLowerCase()
      .includes(part);
  if (search !== undefined && !texts.some((field) => has(field, search))) return false;
  const exact = query.get("exact") === "true";
  return texts.every((field) => {
    const wanted = query.get(field)?.toLowerCase();
    return wanted === undefined || (exact ? String(user[field] ?? "").toLowerCase() === wanted : has(field, wanted));
  });
}

/** Ids kept for a user, made when first asked for. */
function idsOf(lists: Map<string, Set<string>>, id: string): Set<string> {
  const ids = lists.get(id) ?? new Set<string>();
  lists.set(id, ids);
  return ids;
}

const rolesOf = (realm: Realm, id: string): readonly Representation[] =>
  realm.roles.all().filter((role) => realm.roleMappings.get(id)?.has(role.id) === true);

/** Users, their passwords, roles and groups. */
export const userRoutes: readonly Route[] = [
  {
    verb: "GET",
    path: `${path}/count`,
    run: (request) =>
      jsonAnswer(
        realmOf(request)
          .users.all()
          .filter((user) => matches(user, request.query)).length,
      ),
  },
  ...crud({
    kind: "users",
    segment: "users",
    unique: "username",
    missing: "User not found",
    taken: () => "User exists with same username",
    fresh: () => ({ enabled: false, emailVerified: false, requiredActions: [] }),
    hidden: ["credentials"],
    matches,
  }),
  {
    verb: "PUT",
    path: `${path}/{id}/reset-password`,
    run(request) {
      const { value } = objectOf(request);
      if (typeof value !== "string" || value === "") throw badRequest("No password provided");
      realmOf(request).passwords.set(userOf(request).id, value);
      return noContent;
    },
  },
  {
    verb: "GET",
    path: `${path}/{id}/role-mappings/realm`,
    run: (request) => jsonAnswer(rolesOf(realmOf(request), userOf(request).id)),
  },
  {
    verb: "POST",
    path: `${path}/{id}/role-mappings/realm`,
    run(request) {
      const ids = idsOf(realmOf(request).roleMappings, userOf(request).id);
      for (const { id } of listOf(request)) ids.add(String(id));
      return noContent;
    },
  },
  {
    verb: "DELETE",
    path: `${path}/{id}/role-mappings/realm`,
    run(request) {
      const ids = idsOf(realmOf(request).roleMappings, userOf(request).id);
      for (const { id } of listOf(request)) ids.delete(String(id));
      return noContent;
    },
  },
  {
    verb: "GET",
    path: `${path}/{id}/groups`,
    run(request) {
      const realm = realmOf(request);
      const ids = realm.memberships.get(userOf(request).id);
      return jsonAnswer(realm.groups.all().filter(({ id }) => ids?.has(id) === true));
    },
  },
  {
    verb: "PUT",
    path: `${path}/{id}/groups/{group}`,
    run(request) {
      const realm = realmOf(request);
      const group = findIn(realm, "groups", "id", request.params["group"] ?? "", "Group not found");
      idsOf(realm.memberships, userOf(request).id).add(group.id);
      return noContent;
    },
  },
  {
    verb: "DELETE",
    path: `${path}/{id}/groups/{group}`,
    run(request) {
      idsOf(realmOf(request).memberships, userOf(request).id).delete(request.params["group"] ?? "");
      return noContent;
    },
  },
];
