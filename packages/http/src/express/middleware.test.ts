import { ConfigError } from "@sluice/core";
import type { Policy } from "@sluice/policy";
import express, { Router } from "express";
import { describe, expect, it } from "vitest";
import { ask, statuses } from "../testing/ask.test-support.js";
import { serveExpress } from "../scenarios/service.test-support.js";
import { rateLimit } from "./index.js";

const login: Policy = {
  name: "login",
  scope: "endpoint",
  values: "POST /auth/login",
  per: [],
  windows: [{ limit: 1, per: "hour" }],
};

describe("the middleware for express", () => {
  it("knows the pattern of a route with the path of its router, in small letters unless the app says otherwise", async () => {
    for (const sensitive of [false, true]) {
      const seen: string[] = [];
      const limit = rateLimit({
        policies: [login],
        identify: (_request, { endpoint }) => {
          seen.push(endpoint);
          return {};
        },
      });
      const app = express();
      app.set("case sensitive routing", sensitive);
      const router = Router({ caseSensitive: sensitive });
      router.get("/things/:thingId", limit, (_request, response) => void response.send("thing"));
      router.get(["/a", "/b"], limit, (_request, response) => void response.send("several"));
      app.use("/api", router);
      const { url, close } = await serveExpress(app);
      await ask(url, { path: "/api/things/7" });
      await ask(url, { path: "/api/b" });
      expect(seen).toEqual([sensitive ? "GET /api/things/:thingId" : "GET /api/things/:thingid", "GET /api/b"]);
      await close();
    }
  });

  it("is not got round by letters, slashes or escapes in front of a router that takes them for alike", async () => {
    const app = express();
    let reached = 0;
    app.use(rateLimit({ policies: [login] }));
    app.post("/auth/login", (_request, response) => {
      reached += 1;
      response.send("in");
    });
    const { url, close } = await serveExpress(app);
    for (const path of [
      "/auth/login",
      "/AUTH/Login/",
      "/auth/LOGIN?x",
      "//auth/login",
      "/auth/./login",
      "/%61uth/login",
    ])
      await statuses(url, 1, { method: "POST", path });
    expect(reached).toBe(1);
    await close();
  });

  it("gives what it cannot do to the handler of errors", async () => {
    const app = express();
    app.use(rateLimit({ policies: [login], policy: "no-such-policy" }));
    const seen: unknown[] = [];
    app.use(((error, _request, response, _next) => {
      seen.push(error);
      response.status(500).end();
    }) as express.ErrorRequestHandler);
    const { url, close } = await serveExpress(app);
    expect(await statuses(url, 1)).toEqual([500]);
    expect(seen[0]).toBeInstanceOf(ConfigError);
    await close();
  });
});
