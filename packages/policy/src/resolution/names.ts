import { encodePart } from "@sluice/limiter";
import type { SubjectPart } from "./resolution.js";

/**
 * How the bucket of a policy's window is called. Different policies, windows and subjects never share a name, whatever their texts; a name
 * is short and of harmless characters. API keys must be digests by then, as they are in a resolution.
 */
export function bucketName(policy: string, windowMs: number, subject: readonly SubjectPart[]): string {
  // Joined, a text is one piece; a template would keep its pieces apart, and stores hold many of them.
  return [policy, "/", windowMs, textOf(subject)].join("");
}

/** One name for a subject, under whatever policy; undefined where a bucket is for all. */
export function subjectName(subject: readonly SubjectPart[]): string | undefined {
  return subject.length === 0 ? undefined : textOf(subject).slice(1);
}

/** One after the other, several windows ask for the same subject. */
let last: { readonly subject: readonly SubjectPart[]; readonly text: string } | undefined;

function textOf(subject: readonly SubjectPart[]): string {
  if (last?.subject !== subject) last = { subject, text: subject.map(partText).join("") };
  return last.text;
}

/** The separator is encoded as other characters already are, so that nothing in a value can pass for another part. */
function partText({ kind, value }: SubjectPart): string {
  return `/${kind}/${encodePart(value).replaceAll("/", "%002f")}`;
}
