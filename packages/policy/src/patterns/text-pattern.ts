/** Which users, roles, tenants or API keys a policy is about: one text, or all that begin with a text. */
export interface TextPattern {
  readonly text: string;
  /** Whether `text` is only the beginning. */
  readonly prefix: boolean;
}

/**
 * Reads `"alice"` and `"svc-*"`.
 *
 * @returns undefined for a text with a `*` that is not its end.
 */
export function parseTextPattern(value: string): TextPattern | undefined {
  const star = value.indexOf("*");
  if (star < 0) return { text: value, prefix: false };
  return star === value.length - 1 ? { text: value.slice(0, star), prefix: true } : undefined;
}
