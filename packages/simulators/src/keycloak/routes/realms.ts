import { jsonAnswer } from "../../http/answer.js";
import { badRequest, conflict } from "../keycloak-error.js";
import { created, noContent, objectOf, realmOf, type Route } from "./route.js";

const path = "/admin/realms";

/** Realms, by name. */
export const realmRoutes: readonly Route[] = [
  {
    verb: "GET",
    path,
    run: ({ state }) => jsonAnswer([...state.realms.values()].map(({ representation }) => representation)),
  },
  {
    verb: "POST",
    path,
    run(request) {
      const given = objectOf(request);
      const name = given["realm"];
      if (typeof name !== "string" || name === "" || /[/?#]/.test(name)) throw badRequest("Realm name cannot be empty");
      if (request.state.realms.has(name)) throw conflict(`Realm ${name} already exists`);
      request.state.addRealm(given, name);
      return created(request, name);
    },
  },
  { verb: "GET", path: `${path}/{realm}`, run: (request) => jsonAnswer(realmOf(request).representation) },
  {
    verb: "PUT",
    path: `${path}/{realm}`,
    run(request) {
      const realm = realmOf(request);
      const given = objectOf(request);
      const [oldName, newName] = [request.params["realm"] ?? "", given["realm"] ?? request.params["realm"]];
      if (typeof newName !== "string" || newName === "") throw badRequest("Realm name cannot be empty");
      if (newName !== oldName && request.state.realms.has(newName)) throw conflict(`Realm ${newName} already exists`);
      realm.representation = { ...realm.representation, ...given, id: realm.representation.id, realm: newName };
      if (newName !== oldName) {
        request.state.realms.delete(oldName);
        request.state.realms.set(newName, realm);
      }
      return noContent;
    },
  },
  {
    verb: "DELETE",
    path: `${path}/{realm}`,
    run(request) {
      realmOf(request);
      if (request.params["realm"] === "master") throw badRequest("Can't delete master realm");
      request.state.realms.delete(request.params["realm"] ?? "");
      return noContent;
    },
  },
];
