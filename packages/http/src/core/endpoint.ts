/**
 * The path of a request target in one spelling, so that no other way to write it has a bucket of its own: without query, escapes decoded once,
 * slashes single and none at the end, `.` and `..` resolved. Escaped `/`, `?` and `#` stay escaped: they separate nothing.
 */
export function normalPath(target: string): string {
  const path = pathOf(target);
  if (!/[%\\]|\/\/|\/\.|\/$/.test(path)) return path;
  const segments: string[] = [];
  for (const raw of path.replaceAll("\\", "/").split("/")) {
    const segment = raw.includes("%") ? decode(raw) : raw;
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return `/${segments.join("/")}`;
}

/** A request target may be a whole URL, as for a proxy. */
function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  const whole = end < 0 ? target : target.slice(0, end);
  if (whole.startsWith("/")) return whole;
  const path = whole.replace(/^[a-z][a-z\d+.-]*:\/\/[^/\\]*/i, "");
  return path.startsWith("/") ? path : `/${path}`;
}

function decode(segment: string): string {
  // One run of escapes at a time: a broken one leaves the others decoded.
  return segment.replace(/(?:%[\da-f]{2})+/gi, (run) => {
    const kept = run.replace(/%(?:2f|3f|23|5c)/gi, (escape) => `%25${escape.slice(1).toUpperCase()}`);
    try {
      return decodeURIComponent(kept);
    } catch {
      return run.toUpperCase();
    }
  });
}
