import { createServer } from "node:http";
import { describe, expect, it, vi } from "vitest";
import { app as expressService, limit } from "../../../docs/snippets/http.js";
import { app as fastifyService } from "../../../docs/snippets/http-fastify.js";
import { app as guarded, engine, places, shedding } from "../../../docs/snippets/http-guards.js";
import { app as honoService, handler } from "../../../docs/snippets/http-hono.js";
import { listener } from "../../../docs/snippets/http-node.js";
import { ask, statuses } from "./testing/ask.test-support.js";
import { closeServer, listen, urlOf } from "./testing/servers.test-support.js";

describe("what the README shows runs", () => {
  it("the service in express", async () => {
    const server = createServer(expressService);
    const url = await listen(server);
    const { status, headers } = await ask(url, { path: "/users/7" });
    expect([status, headers["ratelimit-policy"]]).toEqual([200, '"global";q=1000;w=60;burst=200']);
    expect(await statuses(url, 6, { path: "/login", method: "POST" })).toEqual([200, 200, 200, 200, 200, 429]);
    await closeServer(server);
    await limit.close();
  });

  it("the routes in fastify", async () => {
    await fastifyService.listen({ port: 0, host: "127.0.0.1" });
    const url = urlOf(fastifyService.server);
    expect(await statuses(url, 6, { path: "/uploads", method: "POST" })).toEqual([200, 200, 200, 200, 200, 202]);
    expect((await ask(url, { path: "/report" })).headers["x-ratelimit-remaining"]).toBe("40");
    expect((await ask(url, { path: "/health" })).headers["ratelimit"]).toBeUndefined();
    await fastifyService.close();
  });

  it("the handlers of hono and fetch, and the listener", async () => {
    expect(await (await honoService.request("/users/7")).json()).toEqual({ left: 49 });
    const hello = await handler(new Request("http://service.test/"), { address: "192.0.2.1" });
    expect([hello.headers.get("x-ratelimit-remaining"), await hello.text()]).toEqual([
      "49",
      "hello http://service.test/",
    ]);
    const server = createServer(listener);
    const url = await listen(server);
    for (let n = 0; n < 50; n += 1) expect((await ask(url)).text).toBe("today's figures");
    // On a slow machine some come back meanwhile.
    const late = async (): Promise<void> => expect((await ask(url)).text).toBe("yesterday's figures");
    await vi.waitFor(late, { timeout: 10_000, interval: 1 });
    await closeServer(server);
    await Promise.all([handler.close(), listener.close()]);
  });

  it("the guards, and the switches of an engine", async () => {
    const server = createServer(guarded);
    const url = await listen(server);
    // Load is shed after a stall of the machine.
    const report = async (): Promise<void> =>
      expect((await ask(url, { path: "/reports/sales" })).json).toEqual({ rows: 3 });
    await vi.waitFor(report, { timeout: 10_000 });
    expect([engine.mode, (await engine.overrides.list()).length]).toEqual(["shadow", 1]);
    await closeServer(server);
    await Promise.all([engine.close(), places.close(), shedding.close()]);
  });
});
