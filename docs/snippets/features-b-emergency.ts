// #region imports
import { createPolicyEngine } from "@sluice/policy";
// #endregion
import type { PolicyEngine } from "@sluice/policy";

function engineAt(redis: string): PolicyEngine {
  // #region engine
  const engine = createPolicyEngine({
    redis,
    policies: [{ name: "per-user", scope: "user", windows: [{ limit: 1, per: "hour" }] }],
  });
  // #endregion
  return engine;
}

/** Two processes, and one switch for both. */
export function twoProcesses(redis: string): readonly [PolicyEngine, PolicyEngine] {
  return [engineAt(redis), engineAt(redis)];
}

/** Throws the switch in one process. */
export async function letEverybodyIn(engine: PolicyEngine): Promise<string> {
  // #region shadow
  const { kind, untilMs } = await engine.emergency.shadow({
    forMs: 30 * 60_000, // it ends by itself, at the latest in 7 days
    reason: "limits refuse the wrong ones, incident 7",
    author: "ops@example.com",
  });
  console.log(`${kind} until ${new Date(untilMs).toISOString()}`);
  // #endregion
  return kind;
}

/** What any process can see, and how it is over. */
export async function over(engine: PolicyEngine): Promise<readonly unknown[]> {
  // #region end
  const state = await engine.emergency.status(); // { kind, untilMs, reason, author }, or undefined
  console.log(engine.mode, state?.reason);
  const ended = await engine.emergency.end({ reason: "mended", author: "ops@example.com" }); // false: there was none
  // #endregion
  return [state?.kind, state?.reason, ended];
}
