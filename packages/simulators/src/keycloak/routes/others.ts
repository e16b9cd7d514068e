import { jsonAnswer } from "../../http/answer.js";
import { crud, findIn } from "./crud.js";
import { pageOf, realmOf, type Route } from "./route.js";

const missingRole = "Could not find role";

/** Roles by name and by id, groups, client scopes, components, identity providers. */
export const otherRoutes: readonly Route[] = [
  ...crud({
    kind: "roles",
    segment: "roles",
    unique: "name",
    by: "name",
    missing: missingRole,
    taken: (name) => `Role with name ${name} already exists`,
    fresh: () => ({ composite: false, clientRole: false }),
    matches: (role, query) => String(role["name"]).includes(query.get("search") ?? ""),
  }),
  {
    verb: "GET",
    path: "/admin/realms/{realm}/roles-by-id/{id}",
    run: (request) => jsonAnswer(findIn(realmOf(request), "roles", "id", request.params["id"] ?? "", missingRole)),
  },
  {
    verb: "GET",
    path: "/admin/realms/{realm}/groups/count",
    run: (request) => jsonAnswer({ count: realmOf(request).groups.all().length }),
  },
  ...crud({
    kind: "groups",
    segment: "groups",
    unique: "name",
    missing: "Could not find group by id",
    taken: (name) => `Top level group named '${name}' already exists.`,
    fresh: ({ name }) => ({ path: `/${String(name)}`, subGroups: [] }),
    matches: (group, query) => String(group["name"]).includes(query.get("search") ?? ""),
  }),
  {
    verb: "GET",
    path: "/admin/realms/{realm}/groups/{id}/members",
    run(request) {
      const realm = realmOf(request);
      const { id } = findIn(realm, "groups", "id", request.params["id"] ?? "", "Could not find group by id");
      return pageOf(
        realm.users.all().filter((user) => realm.memberships.get(user.id)?.has(id) === true),
        request.query,
      );
    },
  },
  ...crud({
    kind: "clientScopes",
    segment: "client-scopes",
    unique: "name",
    missing: "Could not find client scope",
    taken: (name) => `Client Scope ${name} already exists`,
    fresh: () => ({ protocol: "openid-connect", protocolMappers: [] }),
  }),
  ...crud({
    kind: "components",
    segment: "components",
    missing: "Could not find component",
    taken: (name) => `Component ${name} already exists`,
    fresh: (_given, request) => ({ parentId: realmOf(request).representation.id, config: {} }),
    matches: (component, query) =>
      ["name", "parent", "type"].every((field) => {
        const wanted = query.get(field);
        return (
          wanted === null ||
          component[field === "parent" ? "parentId" : field === "type" ? "providerType" : field] === wanted
        );
      }),
  }),
  ...crud({
    kind: "identityProviders",
    segment: "identity-provider/instances",
    unique: "alias",
    by: "alias",
    missing: "HTTP 404 Not Found",
    taken: (name) => `Identity Provider ${name} already exists`,
    fresh: () => ({ enabled: true, config: {} }),
  }),
  {
    verb: "GET",
    path: "/admin/serverinfo",
    run: () => jsonAnswer({ systemInfo: { version: "26.0.0" }, enums: {}, providers: {} }),
  },
  {
    verb: "GET",
    path: "/admin/{realm}/console/whoami",
    run: ({ params }) =>
      jsonAnswer({ userId: "admin", realm: params["realm"], displayName: "admin", createRealm: true }),
  },
];
