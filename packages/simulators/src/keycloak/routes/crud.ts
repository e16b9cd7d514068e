import { jsonAnswer } from "../../http/answer.js";
import { badRequest, conflict, notFound } from "../keycloak-error.js";
import type { Representation } from "../state/collection.js";
import type { Kind, Realm } from "../state/state.js";
import { created, noContent, objectOf, pageOf, realmOf, type Route, type RouteRequest } from "./route.js";

/** What one kind of things has of its own. */
export interface CrudOptions {
  readonly kind: Kind;
  /** Below `/admin/realms/{realm}/`. */
  readonly segment: string;
  /** The field that no two may share; none for components. */
  readonly unique?: string;
  /** By what the path and the Location name one. @defaultValue `id` */
  readonly by?: string;
  readonly missing: string;
  readonly taken: (name: string) => string;
  /** What a new one has where nothing is said. */
  readonly fresh?: (
    given: Readonly<Record<string, unknown>>,
    request: RouteRequest,
  ) => Readonly<Record<string, unknown>>;
  /** Fields that never go out. */
  readonly hidden?: readonly string[];
  /** Which are listed for a query. */
  readonly matches?: (thing: Representation, query: URLSearchParams, realm: Realm) => boolean;
}

/** List, create, read, update and delete, as Keycloak has them for nearly everything. */
export function crud(options: CrudOptions): readonly Route[] {
  const { kind, segment, unique, by = "id", missing, taken, fresh, hidden = [], matches = () => true } = options;
  const path = `/admin/realms/{realm}/${segment}`;
  const find = (request: RouteRequest): Representation =>
    findIn(realmOf(request), kind, by, request.params["id"] ?? "", missing);
  const shown = (thing: Representation): object =>
    Object.fromEntries(Object.entries(thing).filter(([name]) => !hidden.includes(name)));
  const refuseTaken = (realm: Realm, name: unknown, own?: string): void => {
    if (unique === undefined) return;
    const other = realm[kind].find(unique, name);
    if (other !== undefined && other.id !== own) throw conflict(taken(String(name)));
  };
  return [
    {
      verb: "GET",
      path,
      run(request) {
        const realm = realmOf(request);
        const found = realm[kind].all().filter((thing) => matches(thing, request.query, realm));
        return pageOf(found.map(shown), request.query);
      },
    },
    {
      verb: "POST",
      path,
      run(request) {
        const realm = realmOf(request);
        const given = objectOf(request);
        const name = unique === undefined ? undefined : given[unique];
        if (unique !== undefined && (typeof name !== "string" || name === "")) throw badRequest(`${unique} is missing`);
        refuseTaken(realm, name);
        const id = typeof given["id"] === "string" && given["id"] !== "" ? given["id"] : request.state.newId();
        const thing: Representation = { ...fresh?.(given, request), ...given, id };
        realm[kind].put(thing);
        return created(request, String(thing[by]));
      },
    },
    { verb: "GET", path: `${path}/{id}`, run: (request) => jsonAnswer(shown(find(request))) },
    {
      verb: "PUT",
      path: `${path}/{id}`,
      run(request) {
        const thing = find(request);
        const given = objectOf(request);
        if (unique !== undefined && given[unique] !== undefined) refuseTaken(realmOf(request), given[unique], thing.id);
        realmOf(request)[kind].put({ ...thing, ...given, id: thing.id });
        return noContent;
      },
    },
    {
      verb: "DELETE",
      path: `${path}/{id}`,
      run(request) {
        realmOf(request)[kind].delete(find(request).id);
        return noContent;
      },
    },
  ];
}

/** One of a kind, or Keycloak's words for its absence. */
export function findIn(realm: Realm, kind: Kind, by: string, value: string, missing: string): Representation {
  const thing = by === "id" ? realm[kind].get(value) : realm[kind].find(by, value);
  if (thing === undefined) throw notFound(missing);
  return thing;
}
