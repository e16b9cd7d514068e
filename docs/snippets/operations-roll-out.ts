// #region imports-outgoing
import { createSlackApi, SlackApi } from "@sluice/slack";
// #endregion
// #region imports-policies
import { createPolicyEngine, type Policy } from "@sluice/policy";
import { createPolicyMetrics } from "@sluice/telemetry";
// #endregion
import type { PolicyEngine } from "@sluice/policy";
import type { SlackApiOptions, SlackFactoryOptions } from "@sluice/slack";
import type { Registry } from "prom-client";

const token = "xoxb-docs";

/** A client in each stage; one fleet may be in several. */
export function clientsOf(sdk: SlackApiOptions, options: SlackFactoryOptions): readonly SlackApi[] {
  // #region outgoing
  // 1. The plain constructor: metrics, and nothing else is changed.
  const measured = new SlackApi("acme", token, sdk);

  // 2. Shadow: limits are counted in Redis and nobody waits. SLUICE_MODE=shadow does the same.
  const watched = createSlackApi("acme", { token, ...options, mode: "shadow" });

  // 3. Enforced, with half of what is published: the other half is for whatever has not moved yet.
  const half = createSlackApi("acme", { token, ...options, quota: { methods: { "users.list": 10 } } });

  // 4. Enforced, with all of it.
  const whole = createSlackApi("acme", { token, ...options });

  whole.mode = "shadow"; // back, while it runs
  whole.mode = "enforce"; // and forth
  // #endregion
  return [measured, watched, half, whole];
}

/** An engine whose policy only looks on. */
export function watching(redis: string, policy: Policy, registry: Registry): PolicyEngine {
  // #region shadow
  const metrics = createPolicyMetrics({ registry });
  const engine = createPolicyEngine({
    redis,
    policies: [{ ...policy, mode: "shadow" }],
    onDecision: metrics.onDecision,
  });
  metrics.watch(engine);
  // #endregion
  return engine;
}

/** The next stages: some, then all; each holds everywhere within a second. */
export async function enforce(engine: PolicyEngine, policy: Policy, author: string): Promise<void> {
  // #region enforce
  const pilot: Policy = { ...policy, name: `${policy.name}-pilot`, values: "pilot-*", mode: "enforce" };
  await engine.policies.add(pilot, { author, reason: "a week in shadow: nobody would have met it" });
  // … days later, for everybody:
  await engine.policies.add({ ...policy, mode: "enforce" }, { author, reason: "a week with the pilots" });
  await engine.policies.remove(pilot.name, { author, reason: "the policy holds for all" });
  // #endregion
}
