import { rateLimit } from "@sluice/http/express";
import { buildReport, sessionOf } from "./http-session.js";
// #region guards
import { problemOfError } from "@sluice/http";
import { concurrencyLimit, loadShedding } from "@sluice/http/express";
import { createFailureBackoff } from "@sluice/limiter";
import express, { type NextFunction, type Request, type Response } from "express";

const app = express();
const shedding = loadShedding({ priority: (request) => (request.path === "/health" ? 1000 : 0) });
app.use(shedding); // 503 while this process is too busy, but for what is vital

const places = concurrencyLimit({
  max: 2, // reports of one user at a time
  per: ({ user }) => user,
  identify: (request) => ({ user: sessionOf(request)?.user }),
  maxWaiting: 20,
});
const backoff = createFailureBackoff({ baseMs: 300_000, maxMs: 300_000 });
app.get("/reports/:name", places, async (request, response) => {
  response.json(await backoff.run(request.params.name, () => buildReport())); // not again for five minutes after a failure
});
app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
  const problem = problemOfError(error, 409);
  if (problem === undefined) return next(error);
  response.status(problem.status).set("Retry-After", String(problem.retryAfter)).type("application/problem+json");
  response.send(JSON.stringify(problem));
});
// #endregion

// #region engine
import { createPolicyEngine } from "@sluice/policy";

const engine = createPolicyEngine(); // the default policies
app.use(rateLimit({ engine }));

const author = "carol@example.com";
await engine.overrides.grant({
  subject: { user: "alice" },
  kind: "grant",
  multiply: 5,
  until: Date.now() + 3_600_000,
  reason: "moving house, ticket 4711",
  author,
});
await engine.emergency.shadow({ forMs: 600_000, reason: "refuses too many, looking why", author });
// #endregion

export { app, engine, places, shedding };
