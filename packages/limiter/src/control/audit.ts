import { createHash } from "node:crypto";
import { type AuditContent, canonicalText, readCanonical } from "./canonical.js";
import type { AuditEntry } from "./store.js";

/** What the first entry of all builds on. */
export const noDigest = "0".repeat(64);

/** What a chain of entries turned out to be. */
export type AuditVerdict =
  | { readonly intact: true; readonly head: string }
  | {
      readonly intact: false;
      /** Id of the first entry that does not follow from the one before. */
      readonly at: string;
      readonly why: string;
    };

/** The digest of an entry that follows the one with this digest. */
export function digestOf(before: string, content: AuditContent): string {
  return digestOfText(before, canonicalText(content));
}

/** The same for a text that is canonical already. */
export function digestOfText(before: string, text: string): string {
  return createHash("sha256").update(`${before}\n${text}`).digest("hex");
}

/**
 * Whether these entries are a chain as it was written: none edited, none missing, none in another place. Whoever can write to the store
 * can make a whole new chain; note a digest elsewhere now and then to find that too.
 *
 * @param from - digest of the entry before the first one. @defaultValue {@link noDigest}, for the first entry of all
 */
export function verifyAudit(entries: Iterable<AuditEntry>, from: string = noDigest): AuditVerdict {
  let head = from;
  let before: AuditEntry | undefined;
  for (const entry of entries) {
    const why = whatIsWrong(entry, head, before);
    if (why !== undefined) return { intact: false, at: entry.id, why };
    head = entry.digest;
    before = entry;
  }
  return { intact: true, head };
}

/** In words, or undefined when the entry follows from the one before. */
function whatIsWrong(entry: AuditEntry, head: string, before: AuditEntry | undefined): string | undefined {
  if (entry.action === unreadable) return "it cannot be read: it was edited";
  const consecutive = before === undefined || entry.version === before.version + 1;
  if (digestOf(head, entry) !== entry.digest) {
    return consecutive && before !== undefined
      ? "its digest does not follow: it was edited"
      : "its digest does not follow from what is before it: it was edited, or entries before it were removed or moved";
  }
  if (!consecutive) return "its version does not follow that of the entry before";
  if (before !== undefined && entry.atMs < before.atMs) return "it is older than the entry before";
  return undefined;
}

/** The action of an entry whose text nobody wrote this way; no draft can have it. */
const unreadable = "(unreadable)";

/** An entry as it is stored. One that was spoilt is given too, so that `verifyAudit` can name it. */
export function readEntry(id: string, text: string, digest: string): AuditEntry {
  const content = readCanonical(text) ?? { action: unreadable, subject: "", author: "", atMs: 0, version: 0 };
  return { id, ...content, digest };
}
