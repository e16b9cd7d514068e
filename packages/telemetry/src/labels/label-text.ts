/** What stands in a label when the cap is reached or the text is not in a closed list. */
export const other = "other";

/** Longest label value, in UTF-16 units. */
export const LONGEST_LABEL = 128;

// Controls and separators break line-based readers, lone surrogates are not UTF-8, and prom-client's cluster mode joins the values
// of a label set with commas to tell one set from another. Quotes and backslashes may stay: the exposition format escapes them.
const unfit = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp},]/u;
const COMMA = 0x2c;
const everyUnfit = new RegExp(unfit, "gu");

/** A bounded label value that every reader of the exposition format takes; what is unfit shows as `_`. */
export function labelText(text: unknown): string {
  if (typeof text !== "string") return "";
  if (isPlain(text)) return text;
  const short = text.length > LONGEST_LABEL ? text.slice(0, LONGEST_LABEL) : text;
  return unfit.test(short) ? short.replace(everyUnfit, "_") : short;
}

/** Nearly all labels are short and of plain letters; looking at those by hand is ten times as fast. */
function isPlain(text: string): boolean {
  const { length } = text;
  if (length > LONGEST_LABEL) return false;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0x7e || code === COMMA) return false;
  }
  return true;
}
