import { ConfigError } from "../errors/config-error.js";

/** Finds the pattern that a request falls under; undefined for none. */
export type OperationMatcher = (method: string, pathname: string) => string | undefined;

interface Node {
  readonly literals: Map<string, Node>;
  parameter: Node | undefined;
  /** Any rest of the path, `**`. */
  rest: Map<string, string> | undefined;
  /** Patterns that end here, by method. */
  ends: Map<string, string> | undefined;
}

/**
 * Compiles patterns such as `GET /repos/{owner}/{repo}`, which also name the operations. `{name}` stands for one part of the path, a
 * final `**` for any rest of it, and the method `*` for all of them. Where several fit, literal parts go before `{name}`, which goes
 * before `**`. Matching takes a time linear in the path; no regular expression is run.
 *
 * @throws ConfigError for a pattern that is none.
 */
export function matchOperations(patterns: readonly string[]): OperationMatcher {
  const root = node();
  for (const pattern of patterns) insert(root, pattern);
  return (method, pathname) => {
    const parts = partsOf(pathname);
    // All ways at once, the most literal first: a part is looked at no more often than there are ways.
    let ways: readonly Node[] = [root];
    const rests: Node[] = [];
    for (const part of parts) {
      rests.unshift(...ways.filter(({ rest }) => rest !== undefined));
      ways = [
        ...ways.flatMap(({ literals }) => literals.get(part) ?? []),
        ...ways.flatMap(({ parameter }) => (part === "" ? [] : (parameter ?? []))),
      ];
      if (ways.length === 0) break;
    }
    for (const { ends } of ways) {
      const found = ends?.get(method) ?? ends?.get("*");
      if (found !== undefined) return found;
    }
    for (const { rest } of rests) {
      const found = rest?.get(method) ?? rest?.get("*");
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function insert(root: Node, pattern: string): void {
  if (typeof pattern !== "string") throw wrong(pattern);
  const [method = "", path = "", more] = pattern.split(" ");
  if (!/^(?:[A-Z]+|\*)$/.test(method) || !path.startsWith("/") || more !== undefined) throw wrong(pattern);
  const parts = partsOf(path);
  let at = root;
  for (const [index, part] of parts.entries()) {
    if (part === "**") {
      if (index !== parts.length - 1) throw wrong(pattern);
      (at.rest ??= new Map()).set(method, pattern);
      return;
    }
    if (part.startsWith("{") && part.endsWith("}") && part.length > 2) at = at.parameter ??= node();
    else at = next(at, part, pattern);
  }
  (at.ends ??= new Map()).set(method, pattern);
}

function next(at: Node, part: string, pattern: string): Node {
  if (/[{}*]/.test(part)) throw wrong(pattern);
  let found = at.literals.get(part);
  if (found === undefined) at.literals.set(part, (found = node()));
  return found;
}

/** `/` has one part, the empty one; a slash at the end makes no difference elsewhere. */
function partsOf(path: string): readonly string[] {
  const parts = path.split("/").slice(1);
  if (parts.at(-1) === "" && (parts.at(-2) ?? "") !== "") parts.pop();
  return parts;
}

function node(): Node {
  return { literals: new Map(), parameter: undefined, rest: undefined, ends: undefined };
}

function wrong(value: unknown): ConfigError {
  return new ConfigError({
    option: "operation",
    accepted: "patterns such as GET /repos/{owner}/{repo}, with ** at the end for any rest",
    value,
  });
}
