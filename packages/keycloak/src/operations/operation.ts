import { verbs } from "./generated/verbs.js";

/** The request for a token, whoever makes it. */
export const login = "auth";

/** Requests that a user builds with a resource's `makeRequest`. */
export const other = "other";

/** Every name an operation may have, for labels. */
export const knownOperations: readonly string[] = [...Object.keys(verbs), other];

/** The HTTP verb of an operation. */
export function verbOf(operation: string): string {
  return verbs[operation] ?? "GET";
}
