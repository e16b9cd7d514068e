import { type Context, Hono } from "hono";
import { concurrencyLimit, loadShedding, rateLimit, rateLimitOf } from "../hono/index.js";
import { type Adapter, type AppOptions, Routes } from "./app.test-support.js";
import { serveByHono } from "./hono-server.test-support.js";
import { streamed } from "./streamed.test-support.js";

export const honoApp: Adapter = {
  name: "hono",
  knowsRoutes: true,
  header: (request, name) => (request as Context).req.header(name),
  async start({ shedding, limit, concurrency }: AppOptions) {
    const app = new Hono({ strict: false });
    const routes = new Routes();
    const shed = shedding === undefined ? undefined : loadShedding(shedding);
    const limiting = limit === undefined ? undefined : rateLimit(limit);
    const places = concurrency === undefined ? undefined : concurrencyLimit(concurrency);
    for (const guard of [shed, limiting, places]) if (guard !== undefined) app.use(guard);
    app.get("/users/:id", (context) => {
      const decided = context.get("rateLimit");
      if (decided !== rateLimitOf(context)) throw new Error("two contexts");
      return context.json(routes.user(context.req.param("id"), decided));
    });
    app.post("/login", (context) => {
      routes.count();
      return context.json({ in: true });
    });
    app.get("/status/:code", (context) => {
      routes.count();
      return new Response("asked for", { status: Number(context.req.param("code")) });
    });
    app.get("/slow", async (context) => {
      await routes.wait();
      return context.text("done");
    });
    app.get("/stream", () => streamed(routes));
    app.get("/throws", () => {
      throw new Error("the route's own");
    });
    app.onError((error, context) => context.json({ message: error.message }, 500));
    const server = await serveByHono((request, bindings) => app.fetch(request, bindings));
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
