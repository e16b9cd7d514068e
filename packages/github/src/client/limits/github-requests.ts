import type { Octokit } from "@octokit/rest";
import { type Call, createCall } from "@sluice/core";
import { findName, type VendorLimits } from "@sluice/kit";
import { graphqlOperation, knownOperations, operationOf } from "../../operations/operation.js";
import { describeRequest, withRequest } from "../../operations/request.js";

/** Where a method of the SDK sends its request. */
interface Route {
  readonly method: string;
  readonly url: string;
}

/** What can be asked about: routes by their templates, and the SDK's methods by their names. */
export function githubRequests(
  account: string,
  client: Octokit,
): Pick<VendorLimits, "account" | "operations" | "moreNames" | "requests"> {
  const { baseUrl } = client.request.endpoint.DEFAULTS;
  let methods: ReadonlyMap<string, Route> | undefined;
  const methodsOf = (): ReadonlyMap<string, Route> => (methods ??= restMethods(client));
  const routeOf = (operation: string): Route | undefined => {
    const [, method, url] = /^([A-Za-z]+) +(\S+)$/.exec(operation) ?? [];
    if (method !== undefined && url !== undefined) return { method: method.toUpperCase(), url };
    if (operation === "graphql") return routeOf(graphqlOperation);
    const name = findName(operation.replace(/^(?:\w+\.)?rest\./, ""), [...methodsOf().keys()]);
    return name === undefined ? undefined : methodsOf().get(name);
  };
  return {
    account,
    operations: knownOperations.filter((name) => name !== "other"),
    moreNames: () => [...methodsOf().keys(), "graphql"],
    requests(operation, args) {
      const route = routeOf(operation);
      if (route === undefined || operationOf(route.method, route.url, baseUrl) === "other") return undefined;
      return [callOf(account, route, baseUrl, args)];
    },
  };
}

function callOf(account: string, route: Route, baseUrl: string, args: unknown): Call {
  const given = typeof args === "object" ? args : {};
  const request = describeRequest({ ...given, ...route, baseUrl, headers: {} });
  const { operation, verb } = request;
  return withRequest(createCall({ provider: "github", account, operation, verb, args }), request);
}

type Scopes = Readonly<Record<string, Readonly<Record<string, { readonly endpoint?: { readonly DEFAULTS: Route } }>>>>;

/** `repos.get` and so on, read from the SDK that is installed. */
function restMethods({ rest }: Octokit): ReadonlyMap<string, Route> {
  const found = new Map<string, Route>();
  for (const [scope, methods] of Object.entries(rest as unknown as Scopes)) {
    for (const [name, { endpoint }] of Object.entries(methods))
      if (endpoint !== undefined) found.set(`${scope}.${name}`, endpoint.DEFAULTS);
  }
  return found;
}
