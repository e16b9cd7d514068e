/** An endpoint taken apart. */
export interface Endpoint {
  /** Upper case; undefined where none was given. */
  readonly method: string | undefined;
  /** Without query, and without the slash at the end. */
  readonly path: string;
  readonly segments: readonly string[];
  /** In one spelling. */
  readonly text: string;
}

/**
 * Takes apart `"GET /users/:id"`, `"/users/17?page=2"` or the name of an operation. The path is case-sensitive; a slash at its end makes
 * no difference; query and fragment are no part of it.
 */
export function parseEndpoint(text: string): Endpoint {
  const [, verb, rest = ""] = /^(?:([A-Za-z-]+) +)?([^]*)$/.exec(text) ?? [];
  const end = rest.search(/[?#]/);
  const segments = splitPath(end < 0 ? rest : rest.slice(0, end));
  const path = segments.join("/") || "/";
  const method = verb?.toUpperCase();
  return { method, path, segments, text: method === undefined ? path : `${method} ${path}` };
}

/** `/` is one empty segment; any other slashes at the end are dropped. */
export function splitPath(path: string): string[] {
  const segments = path.split("/");
  while (segments.length > 1 && segments.at(-1) === "") segments.pop();
  return segments;
}
