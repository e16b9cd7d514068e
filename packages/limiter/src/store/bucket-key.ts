import type { Limit } from "../limits/limit.js";
import { encodePart } from "./encode-part.js";

const LONGEST = 256;

/** The name a bucket has within a store. Different scopes, algorithms and names never meet. */
export function bucketKey(scope: string, kind: Limit["kind"], bucket: string): string {
  return `${scope.length}:${scope}${kind}:${shortName(bucket)}`;
}

/** Tables hold many names, and some come from outside: of a long one they hold a hash, made longer than any name that is kept as it is. */
export function shortName(name: string): string {
  return name.length <= LONGEST ? name : encodePart(name).padEnd(LONGEST + 1, "#");
}
