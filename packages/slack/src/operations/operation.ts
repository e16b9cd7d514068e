import { methodsWithoutTier, slackMethods } from "../quota/generated/methods.js";

/** The POST of a file's bytes, to a URL that Slack hands out for it. */
export const upload = "upload";

const known = new Set([...Object.keys(slackMethods), ...Object.keys(methodsWithoutTier), upload]);

/** Every name an operation may have, for labels. */
export const knownOperations: readonly string[] = [...known, "other"];

/** Whether Slack publishes a method of this name, or the SDK has one. */
export function isKnown(method: string): boolean {
  return known.has(method);
}

/** The method as a name of low cardinality. */
export function operationOf(method: string): string {
  return known.has(method) ? method : "other";
}
