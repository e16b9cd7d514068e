const DEEPEST = 100;

/** In words, for errors. */
export const jsonRule = `JSON: no undefined, NaN, infinities, dates or classes, at most ${DEEPEST} levels deep`;

/**
 * Whether the value comes back from text as it is; freezes it on the way.
 *
 * @param known - parts that are known to; states of one question share most of theirs.
 */
export function freezeJson(value: unknown, known: WeakSet<object> = new WeakSet(), depth = 0): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null)
    return value === null || typeof value === "string" || typeof value === "boolean";
  if (known.has(value)) return true;
  if (depth >= DEEPEST || !(Array.isArray(value) || isPlain(value))) return false;
  // By index, so that holes are seen.
  const parts: readonly unknown[] = Array.isArray(value) ? Array.from(value) : Object.values(value);
  if (!parts.every((part) => freezeJson(part, known, depth + 1))) return false;
  known.add(Object.freeze(value));
  return true;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
