import { matchOperations } from "@sluice/core/fetch";
import { contentCreationEndpoints, endpointLimits } from "../quota/generated/limits.js";
import { routes } from "./generated/routes.js";

/** The one operation of the GraphQL API. */
export const graphqlOperation = "POST /graphql";

/** The request by which an app gets a token of one installation. */
export const tokenOperation = "POST /app/installations/{installation_id}/access_tokens";

const known = new Set([
  ...Object.entries(routes).flatMap(([path, methods]) => methods.split(" ").map((method) => `${method} ${path}`)),
  ...Object.keys(endpointLimits),
  ...contentCreationEndpoints,
  graphqlOperation,
]);

/** Every name an operation may have, for labels. */
export const knownOperations: readonly string[] = [...known, "other"];

/** Parameters that stand for a path of their own, as in `contents/src/index.ts`. */
const tails = /\{(?:path|ref|basehead|dir|branch|tag)\}$/;
const withTails = [...known].filter((name) => tails.test(name));

/** The operation of a name with a `**` tail. */
const tailed = new Map(withTails.map((name) => [name.replace(tails, "**"), name]));
const match = matchOperations([...known, ...tailed.keys()]);

/**
 * The route of a request as its name: `GET /repos/{owner}/{repo}`, `other` for what no method of the SDK asks. HEAD goes by the name
 * of GET.
 *
 * @param url - a template as in the documentation, a path, or a whole address such as the next page's.
 */
export function operationOf(method: string, url: string, baseUrl: string): string {
  const verb = method.toUpperCase() === "HEAD" ? "GET" : method.toUpperCase();
  const path = pathOf(url, baseUrl);
  const name = `${verb} ${path}`;
  if (known.has(name)) return name;
  const found = match(verb, numberedPath(path));
  return found === undefined ? "other" : (tailed.get(found) ?? found);
}

/** The path below the API's root, without query and without what the template says of one. */
export function pathOf(url: string, baseUrl: string): string {
  const path = below(url, baseUrl)
    .replace(/\{[?&].*$/, "")
    .replace(/[?#].*$/, "")
    .replaceAll(/:([a-z]\w+)/g, "{$1}");
  return path.startsWith("/") ? path : `/${path}`;
}

function below(url: string, baseUrl: string): string {
  if (!/^https?:/i.test(url)) return url;
  if (url.startsWith(`${baseUrl}/`)) return url.slice(baseUrl.length);
  try {
    return new URL(url).pathname.replace(/^\/api\/(?:v3(?=\/)|(?=graphql$))/, "/").replace(/^\/\//, "/");
  } catch {
    return "/";
  }
}

/** Links to further pages name repositories, organizations and users by number, under paths of their own. */
function numberedPath(path: string): string {
  return path
    .replace(/^\/repositories\/\d+(?=\/|$)/, "/repos/owner/repo")
    .replace(/^\/organizations\/\d+(?=\/)/, "/orgs/org")
    .replace(/^\/user\/\d+(?=\/)/, "/users/username");
}
