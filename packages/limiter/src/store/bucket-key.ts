import type { Limit } from "../limits/limit.js";

/** The name a bucket has within a store. Different scopes, algorithms and names never meet. */
export function bucketKey(scope: string, kind: Limit["kind"], bucket: string): string {
  return `${scope.length}:${scope}${kind}:${bucket}`;
}
