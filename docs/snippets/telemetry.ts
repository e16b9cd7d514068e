// #region imports
import { createHookChain } from "@sluice/core";
import { createMetrics } from "@sluice/telemetry";
import { register } from "prom-client";
// #endregion
import { runCall } from "@sluice/core";

const things = { provider: "acme", account: "main", operation: "things.list", timeoutMs: 5000 };

/** Calls through a chain that is measured; what prom-client exports afterwards. */
export async function measured(transport: () => Promise<unknown>): Promise<string> {
  // #region metrics
  const metrics = createMetrics({ provider: "acme", knownOperations: ["things.list", "things.create"] });
  const chain = createHookChain({ hooks: [metrics.hook] });
  // … and what Prometheus is to read:
  const page = await register.metrics();
  // #endregion
  await runCall(chain, things, (call) => chain.run("attempt", call, transport)).catch(() => {});
  return `${page}${await register.metrics()}`;
}
