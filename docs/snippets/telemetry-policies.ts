// #region imports
import { createPolicyEngine } from "@sluice/policy";
import { createPolicyMetrics } from "@sluice/telemetry";
// #endregion
import { register } from "prom-client";

/** An engine that is measured, and asked twice. */
export async function policiesMeasured(redis: string): Promise<string> {
  const policies = [{ name: "per-user", scope: "user", windows: [{ limit: 1, per: "day" }] }] as const;
  // #region policies
  const metrics = createPolicyMetrics();
  const made = createPolicyEngine({ redis, policies, onDecision: metrics.onDecision });
  const stop = metrics.watch(made); // active policies, overrides, age of the copy; and scopes and algorithms of policies
  const engine = metrics.measure(made); // the same, with check() and checkSync() timed
  // #endregion
  await engine.check({ user: "ann" });
  await engine.check({ user: "ann" });
  const page = await register.metrics();
  stop();
  await engine.close();
  return page;
}
