import { Hono } from "hono";
import { timeout } from "hono/timeout";
import { expect, it, vi } from "vitest";
import type { Policy } from "@sluice/policy";
import { ask } from "../testing/ask.test-support.js";
import { serveByHono } from "../testing/hono-server.test-support.js";
import { concurrencyLimit, rateLimit } from "./index.js";

const login: Policy = {
  name: "login",
  scope: "endpoint",
  values: "POST /login",
  per: [],
  windows: [{ limit: 2, per: "hour" }],
};

const text = (said: string) => (): Response => new Response(said);
const pass = (_: unknown, next: () => Promise<void>): Promise<void> => next();

it.each<[what: string, routes: (app: Hono, route: () => void) => void, endpoint?: string]>([
  ["alone", (_app, route) => route()],
  ["before a fallback for all methods", (app, route) => (route(), app.all("*", text("page")))],
  ["before a fallback for its method", (app, route) => (route(), app.post("*", text("page")))],
  ["before a fallback for some", (app, route) => (route(), app.on(["GET", "POST"], "/*", text("page")))],
  ["before a route with a parameter", (app, route) => (route(), app.post("/:page", text("page")))],
  ["before the rest of any path", (app, route) => (route(), app.post("/:page/*", text("page")))],
  ["before a parameter that takes all the rest", (app, route) => (route(), app.post("/:rest{.+}", text("page")))],
  ["behind one that takes all the rest", (app, route) => (app.post("/:rest{.*}", pass), route())],
  ["nowhere, but any path is taken by a parameter", (app) => app.post("/:rest{.+}", text("page"))],
  ["behind a middleware with a parameter", (app, route) => (app.use("/:page", pass), route())],
  ["behind a middleware of its method", (app, route) => (app.post("*", pass), route())],
  ["behind one for itself", (app, route) => (app.use("/login", pass), route())],
])("the policy of a route holds where that stands %s", async (_, add) => {
  const app = new Hono();
  const seen = new Set<string>();
  const limit = rateLimit({
    policies: [login],
    identify: (_request, { endpoint }) => {
      seen.add(endpoint);
      return {};
    },
  });
  app.use(limit);
  add(app, () => app.post("/login", text("in")));
  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1) statuses.push((await app.request("/login", { method: "POST" })).status);
  expect(statuses).toEqual([200, 200, 429, 429]);
  expect([...seen]).toEqual(["POST /login"]);
  await limit.close();
});

it.each([
  ["/users/7", "GET /users/:id"],
  ["/users/me", "GET /users/me"],
  ["/static/a/b.css", "GET /static/*"],
  // What takes any path is no route: each path by itself.
  ["/wp-login.php", "GET /wp-login.php"],
  ["/api/orders/7/lines/3", "GET /api/orders/:order/lines/:line"],
])("the endpoint of %s is %s", async (path, endpoint) => {
  const app = new Hono();
  const seen: string[] = [];
  const limit = rateLimit({
    policies: [login],
    identify: (_request, { endpoint: named }) => {
      seen.push(named);
      return {};
    },
  });
  app.use(limit);
  const orders = new Hono().get("/:order/lines/:line", text("line"));
  for (const route of ["/users/:id", "/users/me", "/static/*"]) app.get(route, text("found"));
  app.route("/api/orders", orders);
  app.get("*", text("page"));
  await app.request(path);
  expect(seen).toEqual([endpoint]);
  await limit.close();
});

it("has the place back of an answer that came too late for a middleware outside", async () => {
  const places = concurrencyLimit({ max: 2 });
  const app = new Hono();
  app.use(timeout(20), places);
  app.get("/late", async (context) => {
    await new Promise((resolve) => setTimeout(resolve, 80));
    return context.text("late");
  });
  const server = await serveByHono((request, bindings) => app.fetch(request, bindings));
  for (let n = 0; n < 3; n += 1) {
    expect((await ask(server.url, { path: "/late" })).status).toBe(504);
    await vi.waitFor(() => expect(places.active).toBe(0), 10_000);
  }
  await server.close();
  await places.close();
});

it("has the place back of an answer that a middleware outside drops for one of its own", async () => {
  const places = concurrencyLimit({ max: 2 });
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.res = undefined;
    context.res = new Response("another");
  }, places);
  app.get("/", text("dropped"));
  const server = await serveByHono((request, bindings) => app.fetch(request, bindings));
  for (let n = 0; n < 3; n += 1) {
    expect((await ask(server.url)).text).toBe("another");
    await vi.waitFor(() => expect(places.active).toBe(0), 10_000);
  }
  await server.close();
  await places.close();
});
