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

/** Subjects of a resolution stay the same objects, and are named with every call. */
const known = new WeakMap<readonly SubjectPart[], string>();

function textOf(subject: readonly SubjectPart[]): string {
  const before = known.get(subject);
  if (before !== undefined) return before;
  const text = subject.map(partText).join("");
  known.set(subject, text);
  return text;
}

/** The separator is encoded as other characters already are, so that nothing in a value can pass for another part. */
function partText({ kind, value }: SubjectPart): string {
  return `/${kind}/${encodePart(value).replaceAll("/", "%002f")}`;
}
