import { Readable } from "node:stream";
import Fastify, { type FastifyRequest } from "fastify";
import { concurrencyLimit, loadShedding, rateLimit, rateLimitOf } from "../fastify/index.js";
import { type Adapter, type AppOptions, Routes } from "./app.test-support.js";
import { urlOf } from "./servers.test-support.js";

export const fastifyApp: Adapter = {
  name: "fastify",
  knowsRoutes: true,
  header(request, name) {
    const value = (request as FastifyRequest).headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  },
  async start({ shedding, limit, concurrency }: AppOptions) {
    const app = Fastify({
      forceCloseConnections: true,
      routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true },
    });
    const routes = new Routes();
    if (shedding !== undefined) await app.register(loadShedding, shedding);
    if (limit !== undefined) await app.register(rateLimit, limit);
    if (concurrency !== undefined) await app.register(concurrencyLimit, concurrency);
    app.get<{ Params: { id: string } }>("/users/:id", async (request) => {
      const context = rateLimitOf(request);
      if (limit !== undefined && (context ?? null) !== request.rateLimit) throw new Error("two contexts");
      return routes.user(request.params.id, context);
    });
    app.post("/login", async () => {
      routes.count();
      return { in: true };
    });
    app.get<{ Params: { code: string } }>("/status/:code", async (request, reply) => {
      routes.count();
      return reply.code(Number(request.params.code)).send("asked for");
    });
    app.get("/slow", async () => {
      await routes.wait();
      return "done";
    });
    app.get("/stream", async (_request, reply) =>
      reply.send(
        Readable.from(
          (async function* () {
            yield "begun ";
            await routes.wait();
            yield "done";
          })(),
        ),
      ),
    );
    app.get("/throws", async () => {
      throw new Error("the route's own");
    });
    app.setErrorHandler((error: Error, _request, reply) => reply.code(500).send({ message: error.message }));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return {
      url: urlOf(app.server),
      reached: () => routes.reached,
      letGo: routes.letGo,
      async close() {
        routes.letGo();
        await app.close();
      },
    };
  },
};
