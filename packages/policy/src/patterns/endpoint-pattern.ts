import { type Endpoint, splitPath } from "./endpoint.js";

/** Which endpoints a policy is about. */
export interface EndpointPattern {
  /** The pattern in one spelling. */
  readonly text: string;
  /** Undefined for every method. */
  readonly method: string | undefined;
  readonly segments: readonly SegmentPattern[];
  /** Index of `**`; -1 for none. */
  readonly rest: number;
  /** No wildcard anywhere. */
  readonly exact: boolean;
  /** Larger for the narrower of two patterns that fit: literal characters first, a method last. */
  readonly specificity: number;
}

/** A literal, or what must stand before and behind the `*`; two empty ones for any segment that is not empty. */
export type SegmentPattern = string | { readonly before: string; readonly behind: string };

/**
 * Reads `"POST /login"`, `"/api/*"`, `"GET /repos/:owner/**"`, `"DELETE *"`. `:name` is one segment, `*` one segment or a part of one,
 * `**` any number of segments, none included. At most one `*` in a segment and one `**` in a pattern, so that no input makes
 * matching slow. A lone `*` is every path. Names of operations that are no paths, such as `"chat.*"`, are patterns too.
 *
 * @returns undefined for a text that is no such pattern.
 */
export function parseEndpointPattern(text: string): EndpointPattern | undefined {
  const [, verb, path = ""] = /^(?:([A-Z-]+|\*) )?(\S+)$/.exec(text) ?? [];
  const wellFormed = path !== "" && !/[?#]/.test(path) && (verb === undefined || path.startsWith("/") || path === "*");
  if (!wellFormed) return undefined;
  const method = verb === "*" ? undefined : verb;
  const parts = path === "*" ? ["**"] : splitPath(path);
  const rest = parts.indexOf("**");
  const segments = parts.map((part) => (part === "**" ? "" : segmentOf(part)));
  if (parts.lastIndexOf("**") !== rest || segments.includes(undefined)) return undefined;
  return Object.freeze({
    text: `${method === undefined ? "" : `${method} `}${path === "*" ? "*" : parts.join("/") || "/"}`,
    method,
    segments: segments as SegmentPattern[],
    rest,
    exact: rest < 0 && segments.every((segment) => typeof segment === "string"),
    specificity:
      2 * (path === "*" ? 0 : literalLength(segments as SegmentPattern[], rest)) + (method === undefined ? 0 : 1),
  });
}

/** Whether an endpoint falls under a pattern. Takes a time linear in the endpoint. */
export function matchesEndpoint({ method, segments, rest }: EndpointPattern, endpoint: Endpoint): boolean {
  if (method !== undefined && method !== endpoint.method) return false;
  const given = endpoint.segments;
  const surplus = given.length - segments.length;
  if (rest < 0 ? surplus !== 0 : surplus < -1) return false;
  for (const [index, segment] of segments.entries()) {
    if (index === rest) continue;
    // Behind `**` segments are counted from the end.
    if (!matchesSegment(segment, given[rest < 0 || index < rest ? index : index + surplus] ?? "")) return false;
  }
  return true;
}

function matchesSegment(pattern: SegmentPattern, segment: string): boolean {
  if (typeof pattern === "string") return pattern === segment;
  const { before, behind } = pattern;
  const least = Math.max(1, before.length + behind.length);
  return segment.length >= least && segment.startsWith(before) && segment.endsWith(behind);
}

function segmentOf(part: string): SegmentPattern | undefined {
  if (part.startsWith(":")) return /^:\w+$/.test(part) ? { before: "", behind: "" } : undefined;
  const [before = "", behind, more] = part.split("*");
  if (more !== undefined) return undefined;
  return behind === undefined ? part : { before, behind };
}

function literalLength(segments: readonly SegmentPattern[], rest: number): number {
  let length = 0;
  for (const [index, segment] of segments.entries()) {
    if (index === rest) continue;
    // The separator counts, so that a segment of any text is narrower than any rest.
    length += 1 + (typeof segment === "string" ? segment.length : segment.before.length + segment.behind.length);
  }
  return length;
}
