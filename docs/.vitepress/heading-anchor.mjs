/**
 * The anchor of a heading as GitHub makes it, which the site follows, so that one link works in both: small letters,
 * punctuation left out, a hyphen for each space.
 */
export function headingAnchor(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-");
}
