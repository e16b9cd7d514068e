import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { concurrencyLimitListener, loadSheddingListener, rateLimitListener, rateLimitOf } from "../node/index.js";
import { type Adapter, type AppOptions, Routes } from "./app.test-support.js";
import { closeServer, listen } from "./servers.test-support.js";

export const nodeApp: Adapter = {
  name: "node:http",
  knowsRoutes: false,
  header(request, name) {
    const value = (request as IncomingMessage).headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  },
  async start({ shedding, limit, concurrency }: AppOptions) {
    const routes = new Routes();
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const json = (status: number, body: object): void => {
        response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
      };
      const path = new URL(`http://here${request.url ?? "/"}`).pathname.replaceAll(/\/+/g, "/");
      const [, first = "", second = ""] = decodeURIComponent(path).split("/");
      switch (first) {
        case "users":
          return json(200, routes.user(second, rateLimitOf(request)));
        case "login":
          routes.count();
          return json(200, { in: true });
        case "status":
          routes.count();
          return void response.writeHead(Number(second)).end("asked for");
        case "slow":
          await routes.wait();
          return void response.end("done");
        case "stream":
          response.write("begun ");
          await routes.wait();
          return void response.end("done");
        case "throws":
          return json(500, { message: "the route's own" });
        default:
          return json(404, {});
      }
    };
    const inner: RequestListener = (request, response) => void answer(request, response);
    const places = concurrency === undefined ? undefined : concurrencyLimitListener(inner, concurrency);
    const limiting = limit === undefined ? undefined : rateLimitListener(places ?? inner, limit);
    const shed = shedding === undefined ? undefined : loadSheddingListener(limiting ?? places ?? inner, shedding);
    const server = createServer(shed ?? limiting ?? places ?? inner);
    return {
      url: await listen(server),
      reached: () => routes.reached,
      letGo: routes.letGo,
      async close() {
        routes.letGo();
        await closeServer(server);
        await Promise.all([limiting?.close(), places?.close(), shed?.close()]);
      },
    };
  },
};
