// #region imports
import { createHookChain, retry } from "@sluice/core";
import { createPolicyEngine } from "@sluice/policy";
import { createLogHook, createTracing } from "@sluice/telemetry";
// #endregion
import { type Hook, runCall } from "@sluice/core";
import type { LoggerLike } from "@sluice/telemetry";
import { pino } from "pino";

const things = { provider: "acme", account: "main", operation: "things.list", timeoutMs: 5000 };

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
