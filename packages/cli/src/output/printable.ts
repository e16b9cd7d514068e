/**
 * One line that does nothing to a terminal, whatever the text: much of what is shown was written by others. Escaped are control characters,
 * line breaks, and those that change the direction of writing.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
