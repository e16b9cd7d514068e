import { ApiError } from "./api-error.js";
import type { Reply, RouteContext } from "./route.js";

/** Above so many entries the total is not told. */
const countedTotal = 10_000;

/** A page of a list, by number; headers and links lead to its neighbours. */
export function listed<Item>(context: RouteContext, items: readonly Item[], wire: (item: Item) => unknown): Reply {
  const size = sizeOf(context);
  const page = whole(context.query.get("page"), 1);
  const pages = Math.max(1, Math.ceil(items.length / size));
  const told = items.length <= countedTotal;
  const next = page < pages ? page + 1 : undefined;
  const previous = page > 1 ? page - 1 : undefined;
  const relations: readonly [string, number | undefined][] = [
    ["prev", previous],
    ["next", next],
    ["first", 1],
    ["last", told ? pages : undefined],
  ];
  const link = relations
    .flatMap(([relation, number]) =>
      number === undefined ? [] : `<${linkTo(context, size, number)}>; rel="${relation}"`,
    )
    .join(", ");
  return {
    data: items.slice((page - 1) * size, page * size).map(wire),
    headers: {
      link,
      "x-next-page": String(next ?? ""),
      "x-page": String(page),
      "x-per-page": String(size),
      "x-prev-page": String(previous ?? ""),
      ...(told && { "x-total": String(items.length), "x-total-pages": String(pages) }),
    },
  };
}

/** A page of a list by the last id seen; offered where lists get long. */
export function listedById<Item extends { readonly id: number }>(
  context: RouteContext,
  items: readonly Item[],
  wire: (item: Item) => unknown,
): Reply {
  const { query } = context;
  const order = query.get("order_by") ?? "id";
  if (order !== "id") {
    throw new ApiError(405, { error: "Keyset pagination is not yet available for this type of request" });
  }
  const size = sizeOf(context);
  const upwards = query.get("sort") === "asc";
  const after = whole(query.get("id_after"), 0);
  const before = whole(query.get("id_before"), Number.POSITIVE_INFINITY);
  const left = items
    .filter(({ id }) => id > after && id < before)
    .toSorted((one, other) => (upwards ? one.id - other.id : other.id - one.id));
  const page = left.slice(0, size);
  const last = page.at(-1);
  const url = new URL(context.url);
  if (last !== undefined) url.searchParams.set(upwards ? "id_after" : "id_before", String(last.id));
  const more = last !== undefined && left.length > page.length;
  return {
    data: page.map(wire),
    headers: { "x-per-page": String(size), ...(more && { link: `<${url.href}>; rel="next"` }) },
  };
}

function linkTo({ url }: RouteContext, size: number, page: number): string {
  const target = new URL(url);
  target.searchParams.set("page", String(page));
  target.searchParams.set("per_page", String(size));
  return target.href;
}

function sizeOf({ query }: RouteContext): number {
  return Math.min(whole(query.get("per_page"), 20), 100);
}

function whole(value: string | null, fallback: number): number {
  const number = Number(value);
  return value !== null && Number.isInteger(number) && number >= 1 ? number : fallback;
}
