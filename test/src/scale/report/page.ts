/**
 * A page with its generated parts replaced. Each stands between `<!-- scale: name -->` and `<!-- /scale -->`; what is around them is
 * written by hand.
 *
 * @throws Error when the page lacks a part, or has one that nobody generates.
 */
export function fillPage(page: string, parts: ReadonlyMap<string, string>): string {
  const found = new Set<string>();
  const filled = page.replace(/(<!-- scale: (\S+) -->\n)[^]*?(<!-- \/scale -->)/g, (_, begin, name, end) => {
    const part = parts.get(String(name));
    if (part === undefined) throw new Error(`nothing is generated for the part "${String(name)}"`);
    found.add(String(name));
    return `${String(begin)}\n${part}\n\n${String(end)}`;
  });
  const missing = [...parts.keys()].filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`the page has no part "${missing.join('", "')}"`);
  return filled;
}
