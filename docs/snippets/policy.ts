// #region imports
import { createPolicyEngine, policyHook } from "@sluice/policy";
// #endregion

const author = "ops@example.com";

/** An administrator's morning, with an engine in memory, or in a Redis that is named. */
export async function policiesAtWork(redis?: string): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  // #region engine
  const engine = createPolicyEngine({
    ...(redis === undefined ? {} : { redis }), // else policies and buckets are those of this process
    policies: [{ name: "per-user", scope: "user", windows: [{ limit: 100, per: "minute", burst: 20 }] }],
  });

  const decision = await engine.check({ user: "alice", ip: "192.0.2.7", endpoint: "GET /reports/:id" });
  if (!decision.allowed) console.log(`${decision.policy}: come back in ${decision.retryAfterMs} ms`);
  // #endregion
  seen.push(decision.allowed, decision.remaining);

  // #region change
  await engine.policies.add(
    { name: "reports", scope: "endpoint", values: "GET /reports/*", windows: [{ limit: 1, per: "minute" }] },
    { author, reason: "the report server is slow today" },
  );
  const { id } = await engine.overrides.grant({
    subject: { user: "alice" },
    kind: "grant",
    multiply: 5,
    until: Date.now() + 3_600_000,
    reason: "month-end closing",
    author,
  });
  await engine.emergency.shadow({ forMs: 600_000, reason: "limits refuse the wrong ones", author });
  // #endregion
  seen.push(
    (await engine.policies.list()).map(({ name, source }) => `${name}: ${source}`),
    engine.mode,
  );

  // #region undo
  await engine.emergency.end({ reason: "mended", author });
  await engine.overrides.revoke(id, { reason: "closed", author });
  await engine.reputation.reset({ user: "alice" });
  for (const { atMs, action, subject, author: who, reason } of await engine.audit.tail())
    console.log(new Date(atMs).toISOString(), action, subject, who, reason);
  const { intact } = await engine.audit.verify(); // every entry builds on the one before
  // #endregion
  seen.push(
    (await engine.audit.tail()).map(({ action }) => action),
    intact,
  );
  await engine.close();
  return seen;
}

// #region hook
// Outgoing calls: how much of the provider's quota each tenant may use. The tenant is the one of `withCaller`.
const shares = createPolicyEngine({
  name: "slack",
  policies: [{ name: "tenants", scope: "tenant", windows: [{ limit: 10, per: "second" }] }],
});
export const hooks = [policyHook(shares)]; // createSlackApi("acme", { hooks })
// #endregion
