const LONGEST = 1000;

/**
 * The text as one short printable line: control and bidirectional characters escaped, so that none can forge a second log
 * line or reverse the text on a terminal; the rest beyond `longest` cut.
 */
export function oneLine(text: string, longest: number = LONGEST): string {
  // Cut first: escaping a whole text of some mebibytes would stall the process. Half of a surrogate pair at the cut goes too.
  const head = text.length <= longest ? text : text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, "");
  const safe = head.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, "0")}`,
  );
  if (head.length === text.length && safe.length <= longest) return safe;
  return `${safe.slice(0, longest).replace(/[\uD800-\uDBFF]$/, "")}… (${text.length} characters)`;
}
