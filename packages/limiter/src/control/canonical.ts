import type { AuditEntry, Json } from "./store.js";

/** What of an entry its digest speaks for: all but the id, which the store gives, and the digest itself. */
export type AuditContent = Omit<AuditEntry, "id" | "digest">;

/**
 * The one text for an entry: JSON without spaces, names in order of their code units. The same on every machine, and the text that is
 * stored, so that an entry whose text is another one was edited.
 */
export function canonicalText({ action, subject, author, reason, detail, atMs, version }: AuditContent): string {
  return textOf({
    action,
    atMs,
    author,
    ...(detail === undefined ? {} : { detail }),
    ...(reason === undefined ? {} : { reason }),
    subject,
    version,
  });
}

function textOf(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(textOf).join(",")}]`;
  const members = Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${textOf(member)}`);
  return `{${members.join(",")}}`;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}

/** Reads a canonical text back; undefined for any other text, whatever it says. */
export function readCanonical(text: string): AuditContent | undefined {
  try {
    const content = JSON.parse(text) as AuditContent;
    return isContent(content) && canonicalText(content) === text ? content : undefined;
  } catch {
    return undefined;
  }
}

function isContent({ action, subject, author, reason, atMs, version }: Partial<AuditContent>): boolean {
  const texts = [action, subject, author, reason ?? ""].every((text) => typeof text === "string");
  return texts && Number.isSafeInteger(atMs) && Number.isSafeInteger(version);
}
