import { rateLimit } from "@sluice/http/express";
import type { Policy } from "@sluice/policy";
import express, { type Express, type Request } from "express";
import { userOfToken } from "./tokens.js";

/** The API, and what ends its limits. */
export interface Api {
  readonly app: Express;
  close(): Promise<void>;
}

// #region app
/** An API whose limits are in a file, and in no route. */
export function createApi(policies: readonly Policy[]): Api {
  const limit = rateLimit({
    redis: process.env["REDIS_URL"], // else limits are those of this process
    policies,
    identify: (request) => ({ user: userOf(request) }), // from what was verified, never from a bare header
  });
  const app = express();
  app.post("/login", limit, (_request, response) => void response.status(401).json({ error: "wrong password" }));
  app.get("/orders", limit, (_request, response) => void response.json({ orders: [] }));
  app.get("/reports/:name", limit, (request, response) => {
    // Who asks too often gets the report that was made last night.
    response.json({ report: request.rateLimit?.degraded === true ? "of last night" : "fresh" });
  });
  return { app, close: () => limit.close() };
}
// #endregion

function userOf(request: Request): string | undefined {
  const token = /^Bearer (.+)$/.exec(request.get("authorization") ?? "")?.[1];
  return token === undefined ? undefined : userOfToken(token);
}
