import { createHookChain, type Hook, retry, runCall } from "@sluice/core";
import { createPolicyEngine } from "@sluice/policy";
import { createLogHook, createMetrics, createPolicyMetrics, createTracing, type LoggerLike } from "@sluice/telemetry";
import { pino } from "pino";
import { register } from "prom-client";

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

/** A call through a chain that is traced. */
export async function traced(limits: Hook, transport: () => Promise<unknown>): Promise<string> {
  // #region traces
  const tracing = createTracing();
  const [call, attempt] = tracing.hooks;
  const chain = createHookChain({ hooks: [call, retry(), limits, attempt] });
  // #endregion
  await runCall(chain, things, (one) => chain.run("attempt", one, transport));
  return chain.describe();
}

/** An engine whose refusals are logged. */
export async function violationsLogged(write: (line: string) => void): Promise<void> {
  const policies = [{ name: "per-user", scope: "user", windows: [{ limit: 1, per: "day" }] }] as const;
  const logger: LoggerLike = pino({}, { write });
  // #region logs
  const logs = createLogHook({ logger, perSecond: 10 }); // pino(), or anything with info() and warn()
  const engine = createPolicyEngine({ policies, onDecision: logs.onDecision });
  const stop = logs.watch(engine); // and its mode
  // #endregion
  await engine.check({ user: "ann" });
  await engine.check({ user: "ann" });
  stop();
  await engine.close();
}
