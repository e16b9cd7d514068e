import { organizationOf, repositoryOf, userOf } from "./lookup.js";
import type { Reply, RouteContext } from "./route.js";

/** A page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Cuts the page out that the query asks for; the `Link` header leads to its neighbours. */
export function cutPage<Item>(context: RouteContext, items: readonly Item[]): Page<Item> {
  const size = Math.min(whole(context.query.get("per_page"), 30), 100);
  const page = whole(context.query.get("page"), 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const links: [string, number][] = [];
  if (page > 1) links.push(["prev", Math.min(page - 1, last)]);
  if (page < last) links.push(["next", page + 1], ["last", last]);
  if (page > 1) links.push(["first", 1]);
  const link = links.map(([relation, number]) => `<${linkTo(context, number)}>; rel="${relation}"`).join(", ");
  return { items: items.slice((page - 1) * size, page * size), headers: links.length === 0 ? {} : { link } };
}

/** A page as an answer. */
export function listed<Item>(
  context: RouteContext,
  items: readonly Item[],
  wire: (item: Item) => unknown,
  wrap: (page: readonly unknown[]) => unknown = (page) => page,
): Reply {
  const page = cutPage(context, items);
  return { data: wrap(page.items.map(wire)), headers: page.headers };
}

/** GitHub's own links name organizations, users and repositories by their numbers. */
function linkTo(context: RouteContext, page: number): string {
  const url = new URL(context.url);
  url.pathname = numberedPath(context);
  url.searchParams.set("page", String(page));
  return url.href;
}

function numberedPath(context: RouteContext): string {
  const { url, params } = context;
  const rest = (pattern: RegExp): string => url.pathname.replace(pattern, "");
  if (params["repo"] !== undefined) {
    return `/repositories/${repositoryOf(context).id}${rest(/^\/repos\/[^/]+\/[^/]+/)}`;
  }
  if (params["org"] !== undefined) return `/organizations/${organizationOf(context).id}${rest(/^\/orgs\/[^/]+/)}`;
  if (params["username"] !== undefined) return `/user/${userOf(context).id}${rest(/^\/users\/[^/]+/)}`;
  return url.pathname;
}

function whole(value: string | null, fallback: number): number {
  const number = Number(value);
  return value !== null && Number.isInteger(number) && number >= 1 ? number : fallback;
}
