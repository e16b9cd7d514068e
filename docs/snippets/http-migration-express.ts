import express, { type Express, type Request, type Response } from "express";
import { rateLimit as expressRateLimit } from "express-rate-limit";
import { createPolicyEngine, type PolicyEngine } from "@sluice/policy";
import { rateLimit } from "@sluice/http/express";

const health = (_request: Request, response: Response): void => void response.send("well");
const things = (_request: Request, response: Response): void => void response.json([]);
const login = (request: Request, response: Response): void =>
  void response.sendStatus(request.get("x-password") === "right" ? 200 : 401);

/** A service with express-rate-limit. */
export function before(): Express {
  // #region before
  const app = express();
  app.set("trust proxy", 1);
  app.use(
    expressRateLimit({
      windowMs: 15 * 60_000,
      limit: 5,
      standardHeaders: "draft-8",
      ipv6Subnet: 56,
      skip: (request) => request.path === "/health",
      passOnStoreError: true,
    }),
  );
  const guesses = expressRateLimit({
    windowMs: 60 * 60_000,
    limit: 3,
    skipSuccessfulRequests: true,
    statusCode: 403,
    message: { error: "Too many attempts" },
  });
  app.get("/health", health);
  app.get("/things", things);
  app.post("/login", guesses, login);
  // #endregion
  return app;
}

/** The same with ours. */
export function after(): { readonly app: Express; readonly engine: PolicyEngine } {
  // #region after
  const app = express();
  const engine = createPolicyEngine({
    onStoreError: "open", // what to do without Redis, once `redis` shares the limits of all processes
    policies: [
      { name: "per-ip", scope: "ip", algorithm: "fixedWindow", windows: [{ limit: 5, windowMs: 15 * 60_000 }] },
      { name: "login", scope: "ip", priority: -1, algorithm: "fixedWindow", windows: [{ limit: 3, per: "hour" }] },
    ],
  });
  const behind = { engine, trustProxy: 1, ipv6Prefix: 56 };
  app.use(rateLimit({ ...behind, policy: "per-ip", skip: (request) => request.path === "/health" }));
  const guesses = rateLimit({
    ...behind,
    policy: "login",
    refund: (status) => status < 400,
    refused: () => ({ status: 403, body: { error: "Too many attempts" } }),
  });
  app.get("/health", health);
  app.get("/things", things);
  app.post("/login", guesses, login);
  // #endregion
  return { app, engine };
}
