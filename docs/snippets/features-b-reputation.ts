// #region imports
import { createPolicyEngine } from "@sluice/policy";
// #endregion
import type { Clock } from "@sluice/core";
import type { Reputation } from "@sluice/policy";

/** Somebody who does not listen, what becomes of the rate, and how it comes back. */
export async function conduct(
  clock: Clock,
  pass: (ms: number) => Promise<void>,
): Promise<{
  readonly lowered: Reputation;
  readonly admittedAtHalf: number;
  readonly forgiven: Reputation;
  readonly recovered: Reputation;
  readonly actions: readonly string[];
}> {
  const timed = { clock };
  // #region reputation
  const engine = createPolicyEngine({
    ...timed,
    policies: [
      { name: "per-user", scope: "user", windows: [{ limit: 60, per: "minute" }] },
      // Guessing passwords weighs ten times as much; a refused search says nothing about anybody.
      {
        name: "login",
        scope: "endpoint",
        values: "POST /login",
        per: "ip",
        reputation: { penalty: 10 },
        windows: [{ limit: 5, per: "minute" }],
      },
      {
        name: "search",
        scope: "endpoint",
        values: "GET /search",
        per: "user",
        reputation: false,
        windows: [{ limit: 1, per: "second" }],
      },
    ],
    reputation: {
      thresholds: [
        { violations: 10, reduceBy: 0.5 },
        { violations: 40, reduceBy: 0.9 },
      ],
      recoveryMs: 3_600_000, // an hour without a violation forgives all of them
      maxBonus: 0, // nothing is earned above the limit
    },
  });
  // #endregion
  for (let n = 0; n < 75; n += 1) await engine.check({ user: "mallory" });
  for (let n = 0; n < 5; n += 1) await engine.check({ user: "mallory", endpoint: "GET /search" });
  // #region look
  const lowered = await engine.reputation.get({ user: "mallory" });
  console.log(lowered); // { violations: 15, bonus: 0, rate: 0.5, score: 63 }
  // #endregion
  await pass(60_000);
  let admittedAtHalf = 0;
  for (let n = 0; n < 30; n += 1) if ((await engine.check({ user: "mallory" })).allowed) admittedAtHalf += 1;
  // #region forgive
  await engine.reputation.reset({ user: "mallory" }, { author: "ops@example.com", reason: "our own load test" });
  await engine.reputation.reset(undefined, { author: "ops@example.com", reason: "a limit was far too low" }); // everybody
  // #endregion
  const forgiven = await engine.reputation.get({ user: "mallory" });
  await pass(60_000);
  for (let n = 0; n < 75; n += 1) await engine.check({ user: "mallory" });
  await pass(3_600_000);
  const recovered = await engine.reputation.get({ user: "mallory" });
  const actions = (await engine.audit.tail()).map(({ action, subject }) => `${action} ${subject}`);
  await engine.close();
  return { lowered, admittedAtHalf, forgiven, recovered, actions };
}
