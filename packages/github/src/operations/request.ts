import type { Call } from "@sluice/core";
import type { ResponseCache } from "../etag/response-cache.js";
import { graphqlKind, type GraphqlKind } from "./graphql.js";
import { graphqlOperation, operationOf, pathOf, tokenOperation } from "./operation.js";
import { type ResourceName, resourceOf } from "./resource.js";
import { type Server, serverOf } from "./server.js";

/** What the quota needs to know of one HTTP request beside the call, and what becomes of it. */
export interface GitHubRequest {
  readonly operation: string;
  readonly verb: string;
  /** Whose primary limit it takes from; undefined for what is free. */
  readonly resource: ResourceName | undefined;
  readonly server: Server;
  /** Set for GraphQL. */
  readonly graphql: GraphqlKind | undefined;
  /** Whether it is the app itself that asks, with a limit of its own. */
  readonly asApp: boolean;
  /** Whether it is made while another one, which waits for it, holds the place in flight. */
  readonly within: boolean;
  /** Whether a strategy sends it once more by itself. */
  readonly again?: boolean;
  /** Where unchanged answers are kept, once a hook has said so. */
  cache?: ResponseCache | undefined;
  /** What the last attempt was answered with. */
  answer?: Answer | undefined;
  /** Why sending failed, once it did; errors of hooks are none. */
  failure?: unknown;
  /** A refused token of an installation: a new one is due, was got for this attempt, or has been refused too. */
  renewal?: "due" | "made" | "done" | undefined;
}

/** What came back over the wire, before anything was made of it. */
export interface Answer {
  readonly status: number;
  /** Whether the request said who asks. */
  readonly authorized: boolean;
}

/** A request as Octokit describes it. */
export interface RequestOptions {
  readonly method: string;
  readonly url: string;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly [parameter: string]: unknown;
}

/** @param operation - the name, where the options do not tell it: pages after the first. */
export function describeRequest(options: RequestOptions, operation?: string): GitHubRequest {
  const verb = options.method.toUpperCase();
  const found = operationOf(verb, options.url, options.baseUrl);
  const name = found === "other" ? (operation ?? found) : found;
  const path = name === "other" ? pathOf(options.url, options.baseUrl) : name.slice(name.indexOf(" ") + 1);
  return {
    operation: name,
    verb,
    resource: resourceOf(verb, path),
    server: serverOf(options.url, options.baseUrl),
    graphql: name === graphqlOperation ? graphqlKind(options["query"]) : undefined,
    asApp: appPaths.test(path),
    // Asked for by the strategy while the request that needs the token waits for it.
    within: isTokenRequest(name, options),
  };
}

/** Whether an authentication strategy asks for a token of an installation: it brings its signature along, users do not. */
export function isTokenRequest(operation: string, { headers }: Pick<RequestOptions, "headers">): boolean {
  return operation === tokenOperation && /^bearer /i.test(String(headers["authorization"] ?? ""));
}

/** Endpoints that only an app's own signature opens; the list of @octokit/auth-app. */
const appPaths =
  /^\/(?:app(?:\/.*)?|marketplace_listing\/.*|(?:orgs|users|enterprises)\/[^/]+\/installation|repos\/[^/]+\/[^/]+\/installation)$/;

const key = Symbol("github.request");

/** The call with its request; copies made by hooks keep it. */
export function withRequest(call: Call, request: GitHubRequest): Call {
  return Object.assign({ ...call }, { [key]: request });
}

/** The request of a call; a call that a hook made anew is known by its operation alone. */
export function requestOf(call: Call): GitHubRequest {
  const own = (call as Call & { readonly [key]?: GitHubRequest })[key];
  if (own !== undefined) return own;
  const [method = call.verb, url = "/"] = call.operation.split(" ");
  return describeRequest({ method, url, baseUrl: "https://api.github.com", headers: {} });
}

/** Whether the call is one of this package. */
export function isGitHubCall(call: Call): boolean {
  return key in call;
}
