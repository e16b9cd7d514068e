import { ConfigError } from "@sluice/core";
import { type AuditEntry, type ControlSight, verifyAudit } from "@sluice/limiter";
import type { Control } from "../control/control.js";

/** What to look for besides. */
export interface VerifyOptions {
  /**
   * A digest that was noted elsewhere. Whoever can write to the store can make a whole new chain, which this one is then not in.
   * Range: 64 hexadecimal digits, or nothing where nothing had been written.
   *
   * @defaultValue none
   */
  readonly noted?: string;
}

/** What the chain turned out to be. */
export type AuditReport =
  | {
      readonly intact: true;
      /** Digest of the newest entry. Note it elsewhere. */
      readonly head: string;
      readonly entries: number;
      /** Entries that are kept no more. */
      readonly trimmed: number;
    }
  | {
      readonly intact: false;
      /** Id of the entry that breaks the chain; of the last one where later ones are missing; empty where there is none. */
      readonly at: string;
      readonly why: string;
    };

const PAGE = 1000;
/** The oldest entries may be trimmed while they are read; then it begins anew. */
const TRIES = 3;
/** Before the first entry there is none. */
const DIGEST = /^(?:[\da-f]{64})?$/;

/**
 * Reads the whole chain, page by page.
 *
 * @throws ConfigError when `noted` is no digest.
 */
export async function verify(control: Control, options: VerifyOptions = {}): Promise<AuditReport> {
  const { noted } = options;
  if (noted !== undefined && !(typeof noted === "string" && DIGEST.test(noted)))
    throw new ConfigError({ option: "noted", accepted: "a digest of 64 hexadecimal digits", value: noted });
  for (let tries = 1; ; tries += 1) {
    const sight = await control.sight();
    const report = await walk(control, sight, options);
    if (report.intact || tries === TRIES) return report;
    const now = await control.sight();
    if (now.head.from === sight.head.from && now.head.generation === sight.head.generation) return report;
  }
}

async function walk(control: Control, { head }: ControlSight, { noted }: VerifyOptions): Promise<AuditReport> {
  let before: AuditEntry | undefined;
  let digest = head.from;
  let entries = 0;
  const missing = new Set([head.digest, ...(noted === undefined ? [] : [noted])]);
  missing.delete(digest);
  for (;;) {
    const page = await control.entries({ count: PAGE, ...(before === undefined ? {} : { after: before.id }) });
    // The last one of the page before is looked at again: what follows it has to fit its version and time too.
    const verdict = before === undefined ? verifyAudit(page, digest) : verifyAudit([before, ...page], digest);
    if (!verdict.intact) return verdict;
    entries += page.length;
    for (const entry of page) missing.delete(entry.digest);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) {
      before = last ?? before;
      break;
    }
    digest = page.at(-2)?.digest ?? digest;
    before = last;
  }
  const at = before?.id ?? "";
  if (missing.has(head.digest))
    return { intact: false, at, why: "the entries after it are missing, the newest among them" };
  if (missing.size > 0)
    return {
      intact: false,
      at,
      why: "the noted digest is not in the chain: it was trimmed, or the chain was made anew",
    };
  return { intact: true, head: before?.digest ?? head.from, entries, trimmed: head.trimmed };
}
