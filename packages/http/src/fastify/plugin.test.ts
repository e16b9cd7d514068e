import { createPolicyEngine, type Policy } from "@sluice/policy";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { ask, statuses } from "../testing/ask.test-support.js";
import { urlOf } from "../testing/servers.test-support.js";
import { type FastifyRateLimitOptions, rateLimit } from "./index.js";

const three: Policy = { name: "three", scope: "global", windows: [{ limit: 3, per: "hour" }] };
const uploads: Policy = { name: "uploads", scope: "global", priority: -1, windows: [{ limit: 1, per: "hour" }] };
const apps: FastifyInstance[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function serve(options: FastifyRateLimitOptions, routes: (app: FastifyInstance) => void): Promise<string> {
  const app = Fastify({ forceCloseConnections: true });
  apps.push(app);
  await app.register(rateLimit, options);
  routes(app);
  await app.listen({ port: 0, host: "127.0.0.1" });
  return urlOf(app.server);
}

describe("the plugin for fastify", () => {
  it("limits routes by options of their own, or not at all", async () => {
    const url = await serve({ policies: [three, uploads] }, (app) => {
      app.get("/plain", async () => "plain");
      app.get("/health", { config: { rateLimit: false } }, async () => "well");
      app.get("/heavy", { config: { rateLimit: { cost: 2 } } }, async () => "heavy");
      app.post("/uploads", { config: { rateLimit: { policy: "uploads" } } }, async () => "up");
    });
    const posts = await statuses(url, 2, { path: "/uploads", method: "POST" });
    expect(posts).toEqual([200, 429]);
    expect(await statuses(url, 2, { path: "/heavy" })).toEqual([200, 429]);
    expect(await statuses(url, 2, { path: "/plain" })).toEqual([200, 429]);
    const health = await ask(url, { path: "/health" });
    expect([health.status, health.headers["ratelimit"]]).toEqual([200, undefined]);
  });

  it("limits only the routes that ask for it where it is not global", async () => {
    const url = await serve({ policies: [three], global: false }, (app) => {
      app.get("/plain", async () => "plain");
      app.get("/limited", { config: { rateLimit: {} } }, async () => "limited");
    });
    expect(await statuses(url, 4, { path: "/plain" })).toEqual([200, 200, 200, 200]);
    expect(await statuses(url, 4, { path: "/limited" })).toEqual([200, 200, 200, 429]);
  });

  it("heeds the options of routes that were there before it", async () => {
    const app = Fastify({ forceCloseConnections: true });
    apps.push(app);
    app.get("/early", { config: { rateLimit: { policy: "uploads" } } }, async () => "early");
    await app.register(rateLimit, { policies: [three, uploads] });
    await app.listen({ port: 0, host: "127.0.0.1" });
    expect(await statuses(urlOf(app.server), 2, { path: "/early" })).toEqual([200, 429]);
  });

  it("asks as late as it is told to, and lets a body through that it has not read", async () => {
    for (const hook of ["onRequest", "preParsing", "preValidation", "preHandler"] as const) {
      const order: string[] = [];
      const url = await serve({ policies: [three], hook, onDecision: () => order.push("asked") }, (app) => {
        app.addHook("preParsing", async () => void order.push("parsing"));
        app.addHook("preHandler", async () => void order.push("handling"));
        app.post("/echo", async (request) => request.body);
      });
      const headers = { "content-type": "application/json" };
      const { json } = await ask(url, { path: "/echo", method: "POST", body: '{"a":1}', headers });
      expect([hook, json, order.indexOf("asked")]).toEqual([
        hook,
        { a: 1 },
        hook.startsWith("preH") ? 1 : order.indexOf("asked"),
      ]);
      expect(order.filter((step) => step === "asked")).toHaveLength(1);
    }
  });

  it("refuses a route's options out of range when the route is added", async () => {
    const app = Fastify();
    await app.register(rateLimit, { policies: [three] });
    expect(() => app.get("/", { config: { rateLimit: { cost: -1 } } }, async () => "")).toThrow(/^cost must be/);
    expect(() => app.get("/a", { config: { rateLimit: true as never } }, async () => "")).toThrow(
      /^config.rateLimit must be/,
    );
    await app.close();
  });

  it("runs after the hooks that were registered before it, so that who calls is verified by then", async () => {
    const app = Fastify({ forceCloseConnections: true });
    apps.push(app);
    app.decorateRequest("user", "");
    app.addHook("onRequest", async (request) => {
      Reflect.set(request, "user", request.headers["x-test-verified"]);
    });
    const perUser: Policy = { name: "per-user", scope: "user", windows: [{ limit: 1, per: "hour" }] };
    const identify = (request: object): object => ({ user: Reflect.get(request, "user") as string });
    await app.register(rateLimit, { policies: [perUser], identify, hook: "preHandler" });
    app.get("/", async () => "hello");
    await app.listen({ port: 0, host: "127.0.0.1" });
    const as = (user: string): Promise<number[]> =>
      statuses(urlOf(app.server), 2, { headers: { "x-test-verified": user } });
    expect([await as("alice"), await as("bob")]).toEqual([
      [200, 429],
      [200, 429],
    ]);
  });

  it("counts what has no route by its path, and holds in contexts below", async () => {
    const seen: string[] = [];
    const identify: FastifyRateLimitOptions["identify"] = (_request, { endpoint }) => {
      seen.push(endpoint);
      return {};
    };
    const url = await serve({ policies: [three], identify }, (app) => {
      app.register(
        async (inner) => {
          inner.get("/things/:id", async () => "thing");
        },
        { prefix: "/v1" },
      );
    });
    expect(await statuses(url, 1, { path: "/v1/things/9" })).toEqual([200]);
    expect(await statuses(url, 1, { path: "//nowhere/?a" })).toEqual([404]);
    expect(seen).toEqual(["GET /v1/things/:id", "GET /nowhere"]);
  });

  it("shows its engine, and closes it with the server unless it was handed in", async () => {
    const engine = createPolicyEngine({ policies: [three] });
    const app = Fastify();
    await app.register(rateLimit, { engine });
    expect(app.rateLimitEngine).toBe(engine);
    await app.close();
    expect((await engine.check({})).allowed).toBe(true);
    await engine.close();
  });
});
