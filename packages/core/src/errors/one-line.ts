const LONGEST = 1000;

/**
 * The text as one short printable line: control and bidirectional characters escaped, so that none can forge a second log
 * line or reverse the text on a terminal; the rest beyond `longest` cut.
 */
export function oneLine(text: string, longest: number = LONGEST): string {
  const safe = text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, "0")}`,
  );
  if (safe.length <= longest) return safe;
  // Half of a surrogate pair at the cut goes too.
  return `${safe.slice(0, longest).replace(/[\uD800-\uDBFF]$/, "")}… (${safe.length} characters)`;
}
