import type { Context } from "hono";
import { matchedRoutes } from "hono/route";
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

/** The pattern of the handler at the end of the chain; undefined where only middleware matched, as for what is not found. */
function routeOf(context: Context): string | undefined {
  const last = matchedRoutes(context).at(-1);
  return last === undefined || (last.method === "ALL" && last.path.endsWith("*")) ? undefined : last.path;
}

/** `@hono/node-server` keeps the incoming message in the environment. */
function nodePeer({ env }: Context): string | undefined {
  const incoming = part(env, "incoming") ?? part(part(env, "server"), "incoming");
  const address = part(part(incoming, "socket"), "remoteAddress");
  return typeof address === "string" ? address : undefined;
}

function part(whole: unknown, name: string): unknown {
  return typeof whole === "object" && whole !== null ? Reflect.get(whole, name) : undefined;
}
