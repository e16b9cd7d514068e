import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "hono";
import { matchedRoutes } from "hono/route";
import type { NodeExchange } from "../core/node-end.js";
import { remembered } from "../core/remembered.js";
import type { RequestView } from "../core/request-view.js";

/** A request of hono's, as the core sees it. */
export function viewOf(
  context: Context,
  peer: ((context: Context) => string | undefined) | undefined,
): RequestView<Context> {
  const { raw } = context.req;
  return {
    request: context,
    method: raw.method,
    target: raw.url,
    route: routeOf(context),
    caseSensitive: true,
    peer: peer === undefined ? nodePeer(context) : peer(context),
    header: (name) => raw.headers.get(name) ?? undefined,
    gone: () => raw.signal,
  };
}

/**
 * The most specific pattern that matches; undefined where only middleware does, or what takes any path. Hono does not say which handler will
 * answer: a fallback behind the route, as for the pages of an app, must not hide it, nor a middleware with a parameter before it.
 */
function routeOf(context: Context): string | undefined {
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const { method, path } of matchedRoutes(context)) {
    if (method === "ALL" && path.endsWith("*")) continue;
    const openParts = openPartsOf(path);
    if (openParts >= fewest) continue;
    best = path;
    fewest = openParts;
  }
  return best;
}

/** How many parts of a pattern match more than one text; infinitely many for what takes any path. */
const openPartsOf = remembered((path: string): number => {
  const parts = path.replace(/^\//, "").split("/");
  const last = parts.at(-1) ?? "";
  // The rest of a path stands for any number of parts.
  const takesRest = last === "*" || /\{\.[*+]\}$/.test(last);
  if (takesRest && parts.length === 1) return Number.POSITIVE_INFINITY;
  const open = parts.filter((each) => each.startsWith(":") || each === "*").length;
  return takesRest ? open + REST : open;
});
const REST = 1000;

/** `@hono/node-server` keeps the messages of `node:http` in the environment. */
function nodePeer(context: Context): string | undefined {
  const address = part(part(bindingOf(context, "incoming"), "socket"), "remoteAddress");
  return typeof address === "string" ? address : undefined;
}

/** The messages themselves; undefined in other runtimes. */
export function exchangeOf(context: Context): NodeExchange | undefined {
  const incoming = bindingOf(context, "incoming");
  const outgoing = bindingOf(context, "outgoing");
  return typeof part(incoming, "socket") === "object" && typeof part(outgoing, "once") === "function"
    ? { incoming: incoming as IncomingMessage, outgoing: outgoing as ServerResponse }
    : undefined;
}

function bindingOf({ env }: Context, name: string): unknown {
  return part(env, name) ?? part(part(env, "server"), name);
}

function part(whole: unknown, name: string): unknown {
  return typeof whole === "object" && whole !== null ? Reflect.get(whole, name) : undefined;
}
