import { jsonAnswer, type Answer } from "../../http/answer.js";
import { conflict, notFound } from "../keycloak-error.js";
import { createCollection, type Collection, type Representation } from "../state/collection.js";
import { crud, findIn } from "./crud.js";
import { created, noContent, objectOf, realmOf, type Route, type RouteRequest } from "./route.js";

const path = "/admin/realms/{realm}/clients/{id}";
const clientOf = (request: RouteRequest): Representation =>
  findIn(realmOf(request), "clients", "id", request.params["id"] ?? "", "Could not find client");

const secretAnswer = ({ secret }: Representation): Answer => jsonAnswer({ type: "secret", value: secret });

/** Clients, their secrets and their roles. */
export const clientRoutes: readonly Route[] = [
  ...crud({
    kind: "clients",
    segment: "clients",
    unique: "clientId",
    missing: "Could not find client",
    taken: (name) => `Client ${name} already exists`,
    fresh: (given, { state }) => ({
      enabled: true,
      protocol: "openid-connect",
      publicClient: false,
      redirectUris: [],
      webOrigins: [],
      ...(given["publicClient"] === true ? {} : { secret: `secret-${state.newId()}` }),
    }),
    matches(client, query) {
      const wanted = query.get("clientId");
      if (wanted === null) return true;
      const clientId = String(client["clientId"]);
      return query.get("search") === "true" ? clientId.includes(wanted) : clientId === wanted;
    },
  }),
  { verb: "GET", path: `${path}/client-secret`, run: (request) => secretAnswer(clientOf(request)) },
  {
    verb: "POST",
    path: `${path}/client-secret`,
    run(request) {
      const renewed = { ...clientOf(request), secret: `secret-${request.state.newId()}` };
      realmOf(request).clients.put(renewed);
      return secretAnswer(renewed);
    },
  },
  {
    verb: "GET",
    path: `${path}/service-account-user`,
    run(request) {
      const { id, clientId } = clientOf(request);
      return jsonAnswer({ id, username: `service-account-${String(clientId)}`, enabled: true });
    },
  },
  { verb: "GET", path: `${path}/roles`, run: (request) => jsonAnswer(rolesOf(request).all()) },
  {
    verb: "POST",
    path: `${path}/roles`,
    run(request) {
      const { name, ...given } = objectOf(request);
      const roles = rolesOf(request);
      if (roles.find("name", name) !== undefined) throw conflict(`Role with name ${String(name)} already exists`);
      roles.put({ composite: false, clientRole: true, ...given, name, id: request.state.newId() });
      return created(request, String(name));
    },
  },
  { verb: "GET", path: `${path}/roles/{role}`, run: (request) => jsonAnswer(roleOf(request)) },
  {
    verb: "DELETE",
    path: `${path}/roles/{role}`,
    run(request) {
      rolesOf(request).delete(roleOf(request).id);
      return noContent;
    },
  },
];

function rolesOf(request: RouteRequest): Collection {
  const { clientRoles } = realmOf(request);
  const { id } = clientOf(request);
  const roles = clientRoles.get(id) ?? createCollection();
  clientRoles.set(id, roles);
  return roles;
}

function roleOf(request: RouteRequest): Representation {
  const role = rolesOf(request).find("name", request.params["role"]);
  if (role === undefined) throw notFound("Could not find role");
  return role;
}
