/** What a Retry-After header says. */
export type RetryAfter =
  | { readonly kind: "absent" }
  | { readonly kind: "ignored"; readonly value: string }
  | { readonly kind: "delay"; readonly delayMs: number };

/**
 * Reads a Retry-After header: whole decimal seconds or an HTTP date in one of the three forms of RFC 9110 section 5.6.7;
 * anything else is ignored. Date parsers are too kind for this: they take `0`, `-5` and `1.5` for dates.
 *
 * @param wallNowMs - the present, for dates. Unit: milliseconds since the epoch.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 (read 2026-11)
 */
export function parseRetryAfter(header: string | null | undefined, wallNowMs: number): RetryAfter {
  if (header === null || header === undefined) return { kind: "absent" };
  const value = header.trim();
  if (/^\d{1,400}$/.test(value)) return { kind: "delay", delayMs: Number(value) * 1000 };
  const at = httpDate(value);
  if (at !== undefined) return { kind: "delay", delayMs: Math.max(0, at - wallNowMs) };
  return { kind: "ignored", value: value.slice(0, 64) };
}

const day = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const month = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
const time = "\\d{2}:\\d{2}:\\d{2}";
const forms = [
  new RegExp(`^${day}, (\\d{2}) ${month} \\d{4} ${time} GMT$`),
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\\d{2})-${month}-\\d{2} ${time} GMT$`),
  new RegExp(`^${day} ${month} ([ \\d]\\d) ${time} \\d{4}$`),
];

/** Milliseconds since the epoch, or undefined for what is not a date. */
function httpDate(value: string): number | undefined {
  if (value.length > 40) return undefined;
  const dayOfMonth = forms.map((form) => form.exec(value)?.[1]).find((found) => found !== undefined);
  if (dayOfMonth === undefined) return undefined;
  const at = Date.parse(value.endsWith("GMT") ? value : `${value} GMT`);
  // The parser moves 31 February into March.
  return new Date(at).getUTCDate() === Number(dayOfMonth) ? at : undefined;
}
