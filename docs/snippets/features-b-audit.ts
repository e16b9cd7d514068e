// #region imports
import { auditName, createPolicyEngine } from "@sluice/policy";
// #endregion
import type { AuditEntry } from "@sluice/limiter";
import type { AuditReport } from "@sluice/policy";

/** Changes and refusals in the audit, read and checked. */
export async function audited(redis: string): Promise<{
  readonly followed: readonly AuditEntry[];
  readonly ofAlice: readonly AuditEntry[];
  readonly intact: AuditReport;
  readonly noted: AuditReport;
  readonly strange: AuditReport;
}> {
  // #region engine
  const engine = createPolicyEngine({
    redis,
    policies: [{ name: "per-user", scope: "user", windows: [{ limit: 1, per: "hour" }] }],
    author: "billing-service", // of changes whose caller names none
    auditDecisions: { flushMs: 200 }, // refusals too, several in one entry; left out: changes alone
  });
  // #endregion
  const followed: AuditEntry[] = [];
  const ended = new AbortController();
  // #region follow
  const show = async (signal: AbortSignal): Promise<void> => {
    for await (const entry of engine.audit.tail({ follow: true, signal })) {
      followed.push(entry);
      console.log(entry.id, entry.action, entry.subject, entry.author, entry.reason);
    }
  };
  // #endregion
  const shown = show(ended.signal).catch(() => {});
  await engine.policies.remove("nobody-has-this");
  await engine.setMode("shadow", { author: "ops@example.com", reason: "a look first" });
  await engine.setMode("enforce", { author: "ops@example.com", reason: "it looks right" });
  for (let n = 0; n < 3; n += 1) await engine.check({ user: "alice" });
  while (!followed.some(({ action }) => action === "decisions.refused"))
    await new Promise((resolve) => setTimeout(resolve, 20));
  ended.abort();
  await shown;
  // #region find
  // Refusals name nobody; whoever knows a name finds its entries.
  const alice = auditName("user", "alice");
  const entries = await engine.audit.tail({ count: 1000 });
  const ofAlice = entries.filter(({ detail }) => JSON.stringify(detail ?? null).includes(alice));
  // #endregion
  // #region verify
  const intact = await engine.audit.verify();
  if (!intact.intact) throw new Error(`The audit is broken at ${intact.at}: ${intact.why}`);
  const head = intact.head; // keep it where Redis cannot be reached from, and later:
  const noted = await engine.audit.verify({ noted: head });
  // #endregion
  const strange = await engine.audit.verify({ noted: "0".repeat(63) + "1" });
  await engine.close();
  return { followed, ofAlice, intact, noted, strange };
}
