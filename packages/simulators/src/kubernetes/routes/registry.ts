import type { Arrival } from "../../http/arrival.js";
import { badRequest, disruptionBudget } from "../status.js";
import { kinds, namespaceKind, type ResourceKind, rootOf } from "../state/model.js";
import type { WritableKubernetesState } from "../state/state.js";
import { listObjects } from "./list.js";
import { patched } from "./patch.js";

/** What a route answers. */
export interface Reply {
  /** @defaultValue 200 */
  readonly status?: number;
  readonly data: object;
}

/** Answers a request, or throws a `StatusError`. */
export type Route = (arrival: Arrival, state: WritableKubernetesState) => Reply;

/** Routes by their documented names. */
export const routes: Readonly<Record<string, Route>> = {
  "GET /version": () => ({ data: { major: "1", minor: "34", gitVersion: "v1.34.0-simulated", platform: "simulated" } }),
  "GET /api/v1": () => ({ data: resources("v1") }),
  "GET /apis/batch/v1": () => ({ data: resources("batch/v1") }),
  ...routesOf(namespaceKind, "/api/v1/namespaces", "/api/v1/namespaces/{name}"),
  ...Object.assign({}, ...kinds.map(namespacedRoutes)),
  "POST /api/v1/namespaces/{namespace}/pods/{name}/eviction": ({ params: { namespace = "", name = "" } }, state) => {
    const pods = kinds.find(({ kind }) => kind === "Pod");
    if (pods === undefined) throw badRequest("there are no pods");
    const { metadata } = state.read(pods, namespace, name);
    if (metadata.annotations?.["simulator/protected"] === "true") throw disruptionBudget(name);
    state.remove(pods, namespace, name);
    return { status: 201, data: success() };
  },
};

function namespacedRoutes(kind: ResourceKind): Readonly<Record<string, Route>> {
  const root = rootOf(kind);
  const all = `${root}/namespaces/{namespace}/${kind.plural}`;
  return {
    [`GET ${root}/${kind.plural}`]: ({ url }, state) => ({
      data: listObjects(state, kind, undefined, url.searchParams),
    }),
    ...routesOf(kind, all, `${all}/{name}`),
  };
}

function routesOf(kind: ResourceKind, all: string, one: string): Readonly<Record<string, Route>> {
  const isNamespace = kind === namespaceKind;
  return {
    [`GET ${all}`]: ({ params, url }, state) => ({
      data: listObjects(state, kind, isNamespace ? undefined : params["namespace"], url.searchParams),
    }),
    [`POST ${all}`]: (arrival, state) => ({
      status: 201,
      data: state.create(kind, arrival.params["namespace"] ?? "", bodyOf(arrival)),
    }),
    [`GET ${one}`]: ({ params }, state) => ({
      data: state.read(kind, params["namespace"] ?? "", params["name"] ?? ""),
    }),
    [`PUT ${one}`]: (arrival, state) => {
      const { namespace = "", name = "" } = arrival.params;
      return { data: state.replace(kind, namespace, name, bodyOf(arrival)) };
    },
    [`PATCH ${one}`]: (arrival, state) => {
      const { namespace = "", name = "" } = arrival.params;
      const before = state.read(kind, namespace, name);
      const after = patched(before, arrival.header("content-type") ?? "", parse(arrival));
      return { data: state.replace(kind, namespace, name, after) };
    },
    [`DELETE ${one}`]: ({ params: { namespace = "", name = "" } }, state) => {
      const { metadata } = state.remove(kind, namespace, name);
      return { data: success({ name: metadata.name, kind: kind.plural, uid: metadata.uid }) };
    },
  };
}

function resources(apiVersion: string): object {
  const all = [namespaceKind, ...kinds].filter((kind) => kind.apiVersion === apiVersion);
  const verbs = ["create", "delete", "get", "list", "patch", "update"];
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersion,
    resources: all.map((one) => ({
      name: one.plural,
      singularName: one.kind.toLowerCase(),
      namespaced: one !== namespaceKind,
      kind: one.kind,
      verbs,
    })),
  };
}

function success(details: object = {}): object {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
}

function bodyOf(arrival: Arrival): Readonly<Record<string, unknown>> {
  const value = parse(arrival);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw badRequest("the object provided is unrecognized");
}

function parse({ body }: Arrival): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as unknown;
  } catch {
    throw badRequest("the object provided is not JSON");
  }
}
