import type { Octokit } from "@octokit/rest";
import { operationOf } from "../operations/operation.js";
import { type Paging, withPaging } from "./logical-call.js";

type Paginate = Octokit["paginate"];
type AnyFunction = (...args: readonly unknown[]) => unknown;

/**
 * Octokit's pagination with a memory: pages after the first are asked for by their addresses alone, without the route and without the
 * `request` options of the caller.
 */
export function rememberingPaginate(paginate: Paginate, baseUrl: string): Paginate {
  const all = paginate as unknown as AnyFunction;
  const each = paginate.iterator as unknown as (...args: readonly unknown[]) => AsyncIterable<unknown>;
  const remembering = (...args: readonly unknown[]): unknown => withPaging(pagingOf(args, baseUrl), () => all(...args));
  const iterator = (...args: readonly unknown[]): AsyncIterable<unknown> => {
    const paging = pagingOf(args, baseUrl);
    const pages = each(...args);
    return {
      [Symbol.asyncIterator]: () => {
        const page = pages[Symbol.asyncIterator]();
        // Each page is asked for from where the loop is, and not from where it began.
        return { ...page, next: () => withPaging(paging, () => page.next()) };
      },
    };
  };
  return Object.assign(remembering, paginate, { iterator }) as unknown as Paginate;
}

function pagingOf([route, parameters]: readonly unknown[], baseUrl: string): Paging {
  const named = (typeof route === "function" ? defaultsOf(route) : route) as unknown;
  const [method = "GET", url = "/"] =
    typeof named === "string" ? (named.includes(" ") ? named.split(" ") : ["GET", named]) : partsOf(named);
  const options = typeof route === "object" ? route : parameters;
  const request: unknown = (options as { request?: unknown } | null | undefined)?.request;
  return {
    operation: operationOf(method, url, baseUrl),
    request: typeof request === "object" && request !== null ? { ...request } : {},
  };
}

function defaultsOf(route: object): unknown {
  return (route as { endpoint?: { DEFAULTS?: unknown } }).endpoint?.DEFAULTS;
}

function partsOf(named: unknown): readonly (string | undefined)[] {
  const { method, url } = (named ?? {}) as { method?: string; url?: string };
  return [method, url];
}
