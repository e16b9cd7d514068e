// #region imports
import { createPolicyEngine } from "@sluice/policy";
// #endregion
import type { Override } from "@sluice/policy";

/** Exceptions of each kind, and their end. */
export async function exceptions(): Promise<{
  readonly listed: readonly string[];
  readonly closing: number;
  readonly partner: number;
  readonly incident: number;
  readonly checked: Override | undefined;
  readonly afterwards: number;
}> {
  // #region engine
  const author = "ops@example.com";
  const engine = createPolicyEngine({
    policies: [{ name: "per-user", scope: "user", windows: [{ limit: 10, per: "hour" }] }],
  });
  // #endregion
  const limitOf = async (user: string, tenant?: string): Promise<number> =>
    (await engine.peek(tenant === undefined ? { user } : { user, tenant })).limit;
  // #region grant
  const hour = 3_600_000;
  const { id } = await engine.overrides.grant({
    subject: { user: "alice" },
    kind: "grant",
    multiply: 5, // or `windows`, or `unlimited: true`
    policies: ["per-user"],
    until: Date.now() + 8 * hour,
    reason: "month-end closing, ticket 4711",
    author,
  });
  await engine.overrides.grant({
    subject: { tenant: "partner" },
    kind: "grant",
    windows: [{ limit: 40, per: "hour", burst: 10 }],
    until: new Date(Date.now() + 24 * hour),
    reason: "first import",
    author,
  });
  await engine.overrides.grant({
    subject: { user: "on-call" },
    kind: "emergency", // no limit; of one subject it goes before the others
    until: Date.now() + hour,
    reason: "incident 7",
    author,
  });
  // #endregion
  const listed = (await engine.overrides.list()).map(({ kind, subject }) => `${kind} ${Object.values(subject)[0]}`);
  const closing = await limitOf("alice");
  const partner = await limitOf("bob", "partner");
  const incident = await limitOf("on-call");
  // #region end
  const checked = await engine.overrides.check({ user: "alice" }, "per-user"); // the one that holds, or undefined
  await engine.overrides.revoke(id, { author, reason: "the books are closed" }); // else it ends by itself
  // #endregion
  const afterwards = await limitOf("alice");
  await engine.close();
  return { listed, closing, partner, incident, checked, afterwards };
}
