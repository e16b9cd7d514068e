import type { Request } from "express";
import { normalPath } from "../core/endpoint.js";
import type { NodeExchange } from "../core/node-end.js";
import { nodeView } from "../core/node-messages.js";
import type { RequestView } from "../core/request-view.js";

/** A request of express's, as the core sees it. */
export function viewOf(request: Request, exchange: NodeExchange): RequestView<Request> {
  return nodeView({
    request,
    method: request.method,
    target: request.originalUrl,
    route: routeOf(request),
    caseSensitive: request.app.enabled("case sensitive routing"),
    exchange,
  });
}

/** The pattern of the route, with what its router is mounted on; undefined before routing, and for routes of several or none. */
function routeOf(request: Request): string | undefined {
  // Typed as any; not there before routing.
  const route: unknown = request.route;
  const path: unknown = typeof route === "object" && route !== null && "path" in route ? route.path : undefined;
  if (typeof path !== "string") return undefined;
  const mount = request.baseUrl === "" ? "" : normalPath(request.baseUrl);
  return `${mount}${path.startsWith("/") ? path : `/${path}`}`;
}
