import type { AuditEntry } from "@sluice/limiter";
import type { EmergencyState, ForcedBreaker, Override, PolicyEngine } from "@sluice/policy";
import { windowText } from "../../shared/window.js";
import type { AuditRow, OverrideRow } from "../state.js";

/** What was changed by hand, as it stands. */
export interface Steering {
  readonly mode: string;
  readonly emergency: EmergencyState | undefined;
  readonly held: readonly ForcedBreaker[];
  readonly overrides: readonly Override[];
  readonly audit: readonly AuditEntry[];
}

const ENTRIES = 50;

/** @throws StoreUnavailableError when Redis does not answer. */
export async function readSteering(engine: PolicyEngine): Promise<Steering> {
  const [emergency, held, overrides, audit] = await Promise.all([
    engine.emergency.status(),
    engine.breakers.list(),
    engine.overrides.list(),
    engine.audit.tail({ count: ENTRIES }),
  ]);
  return { mode: engine.mode, emergency, held, overrides, audit };
}

export function overrideRow({ id, subject, kind, policies, windows, multiply, ...rest }: Override): OverrideRow {
  const isFree = kind !== "grant" || rest.unlimited;
  const limits = multiply === undefined ? (windows ?? []).map(windowText).join(" ") : `${multiply} times the limits`;
  return {
    id,
    subject: Object.entries(subject)
      // Of a key there is only a digest, of which the beginning is enough to tell it from others.
      .map(([of, value]) => `${of === "apiKey" ? "API key" : of} ${shortened(value)}`)
      .join(" "),
    what: isFree ? `${kind === "grant" ? "" : `${kind}: `}no limit` : limits,
    isFree,
    under: policies?.join(", ") ?? "all policies",
    untilMs: rest.untilMs,
    author: rest.author,
    reason: rest.reason,
  };
}

export function auditRow({ id, atMs, action, subject, author, reason = "", digest }: AuditEntry): AuditRow {
  return { id, atMs, action, subject: shortened(subject), author, reason, digest: digest.slice(0, 8) };
}

/** Subjects that are API keys are digests. */
function shortened(text: string): string {
  return text.replace(/(sha256:[0-9a-f]{8})[0-9a-f]+/g, "$1…");
}
