import { createPolicyEngine, type PolicyMetrics } from "@sluice/policy";

/** A policy that looks on first, and is enforced when its figures look right. */
export async function rollOut(): Promise<{
  readonly inShadow: readonly boolean[];
  readonly figures: PolicyMetrics;
  /** Who refuses once it is enforced. */
  readonly enforced: string | undefined;
}> {
  const author = "ops@example.com";
  const engine = createPolicyEngine({ policies: [] });
  const caller = { user: "alice", ip: "192.0.2.7", endpoint: "GET /reports/:id" };
  const inShadow: boolean[] = [];
  // #region shadow
  const reports = {
    name: "reports",
    scope: "endpoint",
    values: "GET /reports/*",
    per: "user",
    windows: [{ limit: 2, per: "minute" }],
  } as const;
  await engine.policies.add({ ...reports, mode: "shadow" }, { author, reason: "watch it for a week" });

  for (let n = 0; n < 5; n += 1) {
    const { allowed, shadowed } = await engine.check(caller);
    console.log(allowed, shadowed); // true []; from the third on: true [ 'reports' ]
    inShadow.push(allowed);
  }
  const figures = engine.metrics("reports"); // { total: 5, allowed: 2, denied: 0, shadowDenied: 3, … }

  await engine.policies.add({ ...reports, mode: "enforce" }, { author, reason: "only the mirror met it" });
  // #endregion
  const { allowed, policy } = await engine.check(caller); // what was taken in shadow is taken
  await engine.close();
  return { inShadow, figures, enforced: allowed ? undefined : policy };
}
