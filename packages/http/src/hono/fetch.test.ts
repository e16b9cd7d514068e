import type { Policy } from "@sluice/policy";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { concurrencyLimit, fetchConcurrencyLimit, fetchRateLimit, rateLimit, rateLimitOf } from "./index.js";

const perIp: Policy = { name: "per-ip", scope: "ip", windows: [{ limit: 1, per: "hour" }] };
const here = "http://service.test";

describe("any fetch handler", () => {
  it("is limited by the address its runtime tells, and hands on whatever it is given", async () => {
    const limited = fetchRateLimit(
      (request, info: { readonly address: string }, more: number) =>
        Response.json({ address: info.address, more, policy: rateLimitOf(request)?.decision.policy }),
      { policies: [perIp], peer: (_request, { address }) => address },
    );
    const first = await limited(new Request(here), { address: "192.0.2.1" }, 7);
    expect(await first.json()).toEqual({ address: "192.0.2.1", more: 7, policy: "per-ip" });
    expect((await limited(new Request(here), { address: "192.0.2.1" }, 7)).status).toBe(429);
    expect((await limited(new Request(here), { address: "192.0.2.2" }, 7)).status).toBe(200);
    await limited.close();
  });

  it("counts all as one where the runtime tells nothing", async () => {
    const limited = fetchRateLimit(() => new Response("hello"), { policies: [perIp] });
    expect([(await limited(new Request(here))).status, (await limited(new Request(here))).status]).toEqual([200, 429]);
    await limited.close();
  });

  it("may pass on responses that cannot be changed", async () => {
    const limited = fetchRateLimit(() => Response.redirect("http://elsewhere.test/", 302), { policies: [perIp] });
    const response = await limited(new Request(here));
    expect([response.status, response.headers.get("location")]).toEqual([302, "http://elsewhere.test/"]);
    expect(response.headers.get("ratelimit")).toMatch(/^"per-ip";r=0;/);
    await limited.close();
  });

  it("has its place back when it throws, when its body is given up, and when it has none", async () => {
    const answers = [
      (): Response => {
        throw new Error("broken");
      },
      () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(10)) })),
      () => new Response(null, { status: 204 }),
    ];
    const limited = fetchConcurrencyLimit(() => (answers.shift() ?? (() => new Response("well")))(), { max: 1 });
    await expect(limited(new Request(here))).rejects.toThrow("broken");
    const endless = await limited(new Request(here));
    expect(limited.active).toBe(1);
    expect((await limited(new Request(here))).status).toBe(503);
    await endless.body?.cancel();
    expect((await limited(new Request(here))).status).toBe(204);
    expect(await (await limited(new Request(here))).text()).toBe("well");
    expect(limited.active).toBe(0);
    await limited.close();
  });
});

describe("hono", () => {
  it("keeps the fields that a handler has set, also on a watched answer", async () => {
    const app = new Hono();
    app.use(rateLimit({ policies: [perIp] }), concurrencyLimit({ max: 1 }));
    app.get("/", (context) => {
      context.header("Set-Cookie", "a=1");
      context.header("Set-Cookie", "b=2", { append: true });
      return context.text("hello", 201, { "X-Own": "yes" });
    });
    const response = await app.request("/");
    expect([response.status, await response.text(), response.headers.get("x-own")]).toEqual([201, "hello", "yes"]);
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(response.headers.get("ratelimit")).toMatch(/^"per-ip";r=0;/);
    expect((await app.request("/")).status).toBe(429);
  });

  it("knows the pattern of a route in an app below, and takes what is not found by its path", async () => {
    const seen: string[] = [];
    const limit = rateLimit({
      policies: [perIp],
      mode: "shadow",
      identify: (_context, { endpoint }) => {
        seen.push(endpoint);
        return {};
      },
    });
    const below = new Hono();
    below.get("/things/:id", (context) => context.text(context.req.param("id")));
    const app = new Hono();
    app.use("*", limit);
    app.route("/v1", below);
    await app.request("/v1/things/7");
    await app.request("/v1/nothing/7/");
    expect(seen).toEqual(["GET /v1/things/:id", "GET /v1/nothing/7"]);
  });
});

it("takes an answer to HEAD for ended, for nobody reads its body", async () => {
  const limited = fetchConcurrencyLimit(() => new Response("a body"), { max: 1 });
  for (let n = 0; n < 3; n += 1)
    expect((await limited(new Request("http://here/", { method: "HEAD" }))).status).toBe(200);
  expect(limited.active).toBe(0);
  // That of GET lasts until it has been read.
  const answer = await limited(new Request("http://here/"));
  expect(limited.active).toBe(1);
  await answer.text();
  expect(limited.active).toBe(0);
  await limited.close();
});
