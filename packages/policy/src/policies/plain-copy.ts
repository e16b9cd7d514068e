import { ConfigError } from "@sluice/core";

/** Deeper than any file of policies is. */
const DEEPEST = 8;
/** More than any set of policies needs. */
const MOST_PARTS = 1_000_000;
const LONGEST_LIST = 10_000;
const forbidden = new Set(["__proto__", "constructor", "prototype"]);

/**
 * A copy in plain objects without a prototype, so that what was checked cannot change afterwards and nothing inherited counts. Fields
 * that are undefined are left out.
 *
 * @throws ConfigError for what is too deep, too large, or has a field with a name of JavaScript's own.
 */
export function plainCopy(value: unknown, option: string): unknown {
  let parts = 0;
  const copy = (from: unknown, path: string, depth: number): unknown => {
    parts += 1;
    if (parts > MOST_PARTS)
      throw new ConfigError({ option: option || "policies", accepted: `made of at most ${MOST_PARTS} values`, value });
    if (typeof from !== "object" || from === null) return from;
    if (depth > DEEPEST)
      throw new ConfigError({ option: path, accepted: `nested at most ${DEEPEST} levels deep`, value: from });
    if (Array.isArray(from)) {
      if (from.length > LONGEST_LIST)
        throw new ConfigError({ option: path, accepted: `a list of at most ${LONGEST_LIST}`, value: from });
      return Array.from(from, (item, index) => copy(item, `${path}[${index}]`, depth + 1));
    }
    const to = Object.create(null) as Record<string, unknown>;
    for (const [key, inner] of Object.entries(from)) {
      const inside = pathOf(path, key);
      if (forbidden.has(key)) throw new ConfigError({ option: inside, accepted: "absent", value: inner });
      if (inner !== undefined) to[key] = copy(inner, inside, depth + 1);
    }
    return to;
  };
  return copy(value, option, 1);
}

/** A path one field longer; foreign names are quoted and cut. */
export function pathOf(path: string, key: string): string {
  if (/^[A-Za-z_$][\w$]{0,63}$/.test(key)) return path === "" ? key : `${path}.${key}`;
  return `${path}[${JSON.stringify(key.slice(0, 64)).replace(/[^ -~]/g, "?")}]`;
}
