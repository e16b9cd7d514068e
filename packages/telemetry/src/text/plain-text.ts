/** Longest text that is shown. Unit: UTF-16 units. */
const LONGEST = 200;
const unfit = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * A text from outside as it may stand in a line of a log or an attribute of a span: short, and with nothing that ends a line, turns the
 * direction of writing or is invisible.
 */
export function plainText(text: unknown): string | undefined {
  if (typeof text !== "string") return undefined;
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return short.replace(unfit, (one) => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
}

/** What kind of failure it is, without its message: that may hold anything, a token among it. */
export function errorType(error: unknown): string {
  if (typeof error !== "object" || error === null) return "other";
  const { code, name } = error as { code?: unknown; name?: unknown };
  for (const text of [code, name]) if (typeof text === "string" && isWord.test(text)) return text;
  return "other";
}

const isWord = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
