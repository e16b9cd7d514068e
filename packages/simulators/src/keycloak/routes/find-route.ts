import { clientRoutes } from "./clients.js";
import { otherRoutes } from "./others.js";
import { realmRoutes } from "./realms.js";
import type { Route } from "./route.js";
import { userRoutes } from "./users.js";

/** Everything but logins. */
export const adminRoutes: readonly Route[] = [...realmRoutes, ...clientRoutes, ...userRoutes, ...otherRoutes];

/** A route and what the path says about it. */
export interface FoundRoute {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the first route that fits, in the order given; the clients send some paths with a slash at the end. */
export function routeFinder(routes: readonly Route[]): (verb: string, path: string) => FoundRoute | undefined {
  const compiled = routes.map((route) => ({ route, parts: route.path.split("/") }));
  return (verb, path) => {
    const given = path.replace(/\/$/, "").split("/");
    for (const { route, parts } of compiled) {
      if (route.verb !== verb || parts.length !== given.length) continue;
      const params: Record<string, string> = {};
      const fits = parts.every((part, index) => {
        const text = given[index] ?? "";
        if (!part.startsWith("{")) return part === text;
        params[part.slice(1, -1)] = decoded(text);
        return text !== "";
      });
      if (fits) return { route, params };
    }
    return undefined;
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
