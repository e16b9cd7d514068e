import type { Arguments } from "./arguments.js";
import { MethodError } from "./method-error.js";

/** How one method pages. */
export interface Paging<Item> {
  /** First part of its cursors, as `user` or `team`. */
  readonly kind: string;
  /** What names an item. */
  key(item: Item): string;
  /** Items per page when the caller sets no limit; all of them if absent. */
  readonly fallback?: number;
  /** Largest limit that is understood; any if absent. */
  readonly most?: number;
}

/** One page and the cursor of the next; the cursor is empty on the last page. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string;
}

/** Cuts the page that `cursor` and `limit` ask for. A cursor names the first item of its page. */
export function page<Item>(all: readonly Item[], args: Arguments, paging: Paging<Item>): Page<Item> {
  const size = pageSize(args, paging) ?? Math.max(1, all.length);
  const cursor = args.text("cursor") ?? "";
  const start = cursor === "" ? 0 : all.findIndex((item) => cursorOf(paging, item) === cursor);
  if (start < 0) throw new MethodError("invalid_cursor");
  const next = all[start + size];
  return {
    items: all.slice(start, start + size),
    nextCursor: next === undefined ? "" : cursorOf(paging, next),
  };
}

/** The part of an answer that carries the cursor. */
export function metadata(found: Page<unknown>): { readonly response_metadata: { readonly next_cursor: string } } {
  return { response_metadata: { next_cursor: found.nextCursor } };
}

/** A limit of 0 means that none is set. */
function pageSize<Item>(args: Arguments, paging: Paging<Item>): number | undefined {
  const limit = Number(args.text("limit") ?? 0);
  if (!Number.isInteger(limit) || limit < 0 || limit > (paging.most ?? limit)) throw new MethodError("invalid_limit");
  return limit === 0 ? paging.fallback : limit;
}

function cursorOf<Item>(paging: Paging<Item>, item: Item): string {
  return Buffer.from(`${paging.kind}:${paging.key(item)}`).toString("base64");
}
