// #region imports
import { createPolicyEngine } from "@sluice/policy";
import { createPolicyMetrics } from "@sluice/telemetry";
import { Registry } from "prom-client";
// #endregion
import { rateLimit } from "@sluice/http/express";
import express, { type Express } from "express";

/** A service whose decisions are counted, with a policy that only looks on. */
export function measured(): { readonly app: Express; readonly close: () => Promise<void> } {
  const registry = new Registry();
  // #region measured
  const metrics = createPolicyMetrics({ registry });
  const made = createPolicyEngine({
    policies: [
      { name: "per-ip", scope: "ip", windows: [{ limit: 3, per: "minute" }] },
      { name: "narrow", scope: "ip", mode: "shadow", together: true, windows: [{ limit: 1, per: "minute" }] },
    ],
    onDecision: metrics.onDecision,
  });
  metrics.watch(made); // policies, overrides, age of the copy
  const engine = metrics.measure(made); // the same, with its decisions timed

  const app = express();
  app.get("/metrics", async (_request, response) => void response.type("text/plain").send(await registry.metrics()));
  app.use(rateLimit({ engine })); // what stands above is not limited
  app.get("/things", (_request, response) => void response.json([]));
  // #endregion
  return { app, close: () => engine.close() };
}
