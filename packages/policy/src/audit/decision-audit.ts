import { between, type Clock, ConfigError, type Timer, warnOnce, wholeBetween } from "@sluice/core";
import { createHash } from "node:crypto";
import type { Control } from "../control/control.js";
import type { DecisionEvent } from "../engine/decision.js";
import type { Identity, Subject } from "../policies/policy.js";

/** How refusals are written to the audit. */
export interface DecisionAuditOptions {
  /** Refusals held until they are written; those beyond are counted. Range: whole numbers 1 to 10000. @defaultValue 1000 */
  readonly maxQueued?: number;
  /** Longest time until they are written. Unit: milliseconds. Range: 10 to 60000. @defaultValue 1000 */
  readonly flushMs?: number;
}

/** Refusals on their way into the audit. */
export interface DecisionAudit {
  noted(event: DecisionEvent): void;
  /** Writes what is queued. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Refusals named in one entry; the others of a flush follow in more. */
const AN_ENTRY = 200;
const refusedAction = "decisions.refused";

/**
 * Writes refusals to the audit, several in one entry. They wait in bounded memory, so a killed process loses what it had queued: at most
 * `maxQueued` refusals of the last `flushMs`. What did not fit, and what could not be written, is counted in the next entry.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export function createDecisionAudit(
  control: Control,
  options: DecisionAuditOptions,
  { author, clock }: { readonly author: string; readonly clock: Clock },
): DecisionAudit {
  if (typeof options !== "object" || options === null)
    throw new ConfigError({ option: "auditDecisions", accepted: "an object, or left out", value: options });
  const maxQueued = wholeBetween("auditDecisions.maxQueued", options.maxQueued ?? 1000, 1, 10_000);
  const flushMs = between("auditDecisions.flushMs", options.flushMs ?? 1000, 10, 60_000);
  const warn = warnOnce("SLUICE_AUDIT");
  let queue: Refused[] = [];
  let dropped = 0;
  let timer: Timer | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    while (queue.length > 0 || dropped > 0) {
      const some = queue.splice(0, AN_ENTRY);
      const lost = dropped;
      dropped = 0;
      const detail = { count: some.length, dropped: lost, refused: some.map((one) => ({ ...one })) };
      try {
        await control.change({ records: {}, entry: { action: refusedAction, subject: "decisions", author, detail } });
      } catch (error) {
        dropped += lost + some.length;
        warn("Refusals could not be written to the audit; the next entry counts them", error);
        return;
      }
    }
  };
  const flush = (): Promise<void> => {
    timer?.cancel();
    timer = undefined;
    return (writing = writing.then(write));
  };
  return {
    noted({ decision, identity }) {
      if (decision.allowed) return;
      if (queue.length >= maxQueued) dropped += 1;
      else queue.push(refusedOf({ decision, identity }, control.nowMs()));
      if (timer !== undefined) return;
      timer = clock.setTimer(() => void flush(), flushMs);
      timer.unref();
    },
    flush,
    close: flush,
  };
}

/** What is written of one. */
interface Refused {
  readonly atMs: number;
  readonly policy: string;
  readonly scope: string;
  readonly endpoint: string;
  /** Digests: who reads the audit can find somebody he knows, and nobody else. */
  readonly who: readonly string[];
}

function refusedOf({ decision, identity }: DecisionEvent, atMs: number): Refused {
  const { policy = "", scope = "" } = decision;
  return {
    atMs: Math.round(atMs),
    policy,
    scope,
    endpoint: (identity.endpoint ?? "").slice(0, 200),
    who: digestsOf(identity),
  };
}

const parts = ["user", "tenant", "ip", "apiKey"] as const satisfies readonly Subject[];

/** The name under which somebody stands in the audit of decisions: `user:` and half of the SHA-256 of kind and value. */
export function auditName(kind: "user" | "tenant" | "ip" | "apiKey", value: string): string {
  return `${kind}:${createHash("sha256").update(`${kind}:${value}`).digest("hex").slice(0, 32)}`;
}

function digestsOf(identity: Identity): string[] {
  return parts.flatMap((kind) => (identity[kind] === undefined ? [] : [auditName(kind, identity[kind])]));
}
