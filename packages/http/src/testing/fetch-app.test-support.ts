import type { IncomingMessage } from "node:http";
import { fetchConcurrencyLimit, fetchLoadShedding, fetchRateLimit, rateLimitOf } from "../hono/index.js";
import { type Adapter, type AppOptions, Routes } from "./app.test-support.js";
import { serveByHono } from "./hono-server.test-support.js";
import { streamed } from "./streamed.test-support.js";

/** What the server hands over beside the request. */
interface Bindings {
  readonly incoming: IncomingMessage;
}

const peer = (_request: Request, { incoming }: Bindings): string | undefined => incoming.socket.remoteAddress;

export const fetchApp: Adapter = {
  name: "a fetch handler",
  knowsRoutes: false,
  header: (request, name) => (request as Request).headers.get(name) ?? undefined,
  async start({ shedding, limit, concurrency }: AppOptions) {
    const routes = new Routes();
    const answer = async (request: Request, _bindings: Bindings): Promise<Response> => {
      const path = new URL(request.url).pathname.replaceAll(/\/+/g, "/").replace(/(?<=.)\/$/, "");
      const [, first = "", second = ""] = decodeURIComponent(path).split("/");
      switch (first) {
        case "users":
          return Response.json(routes.user(second, rateLimitOf(request)));
        case "login":
          routes.count();
          return Response.json({ in: true });
        case "status":
          routes.count();
          return new Response("asked for", { status: Number(second) });
        case "slow":
          await routes.wait();
          return new Response("done");
        case "stream":
          return streamed(routes);
        case "throws":
          throw new Error("the route's own");
        default:
          return new Response("not here", { status: 404 });
      }
    };
    const places = concurrency === undefined ? undefined : fetchConcurrencyLimit(answer, { ...concurrency, peer });
    const limiting = limit === undefined ? undefined : fetchRateLimit(places ?? answer, { ...limit, peer });
    const inner = limiting ?? places ?? answer;
    const shed = shedding === undefined ? undefined : fetchLoadShedding(inner, shedding);
    const outer = shed ?? inner;
    const handler = (request: Request, bindings: Bindings): Promise<Response> =>
      outer(request, bindings).catch((error: Error) => Response.json({ message: error.message }, { status: 500 }));
    const server = await serveByHono(handler);
    return {
      url: server.url,
      reached: () => routes.reached,
      letGo: routes.letGo,
      async close() {
        routes.letGo();
        await server.close();
        await Promise.all([limiting?.close(), places?.close(), shed?.close()]);
      },
    };
  },
};
