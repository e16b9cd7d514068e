import express, { type ErrorRequestHandler, type Request, type RequestHandler } from "express";
import { concurrencyLimit, loadShedding, rateLimit, rateLimitOf } from "../express/index.js";
import { type Adapter, type AppOptions, Routes } from "./app.test-support.js";
import { closeServer, urlOf } from "./servers.test-support.js";

function adapter(name: string, onRoutes: boolean): Adapter {
  return {
    name,
    knowsRoutes: onRoutes,
    header: (request, header) => (request as Request).get(header),
    async start({ shedding, limit, concurrency }: AppOptions) {
      const app = express();
      const routes = new Routes();
      const shed = shedding === undefined ? undefined : loadShedding(shedding);
      const limiting = limit === undefined ? undefined : rateLimit(limit);
      const places = concurrency === undefined ? undefined : concurrencyLimit(concurrency);
      const guards: RequestHandler[] = [shed, limiting, places].filter((guard) => guard !== undefined);
      const pass: RequestHandler = (_request, _response, next) => next();
      if (!onRoutes && guards.length > 0) app.use(...guards);
      const own = onRoutes && guards.length > 0 ? guards : [pass];
      app.get("/users/:id", ...own, (request, response) => {
        const context = rateLimitOf(request);
        if (context !== request.rateLimit) throw new Error("two contexts");
        response.json(routes.user(String(request.params["id"]), context));
      });
      app.post("/login", ...own, (_request, response) => {
        routes.count();
        response.json({ in: true });
      });
      app.get("/status/:code", ...own, (request, response) => {
        routes.count();
        response.status(Number(request.params["code"])).send("asked for");
      });
      app.get("/slow", ...own, async (_request, response) => {
        await routes.wait();
        response.send("done");
      });
      app.get("/stream", ...own, async (_request, response) => {
        response.write("begun ");
        await routes.wait();
        response.end("done");
      });
      app.get("/throws", ...own, () => {
        throw new Error("the route's own");
      });
      const failed: ErrorRequestHandler = (error: Error, _request, response, _next) => {
        response.status(500).json({ message: error.message });
      };
      app.use(failed);
      const server = app.listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      return {
        url: urlOf(server),
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
}

export const expressApp = adapter("express, before routing", false);
export const expressRoutes = adapter("express, on routes", true);
