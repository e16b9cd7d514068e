import { createRequire } from "node:module";

type Stop = new (error: Error) => Error;

/**
 * The error class by which the SDK's retry library is told to stop, from the SDK's own copy of it: only that one is recognised.
 * Thrown from the SDK's `fetch`, it makes the SDK reject with the bare original at once, unlogged.
 */
function findStop(): Stop | undefined {
  try {
    const sdk = createRequire(import.meta.url).resolve("@slack/web-api");
    const { AbortError } = createRequire(sdk)("p-retry") as { AbortError?: unknown };
    return typeof AbortError === "function" ? (AbortError as Stop) : undefined;
  } catch {
    // Another SDK version may retry by other means; the call stage unwraps what it makes of the error.
    return undefined;
  }
}

const Stop = findStop();

/** What to throw so that the SDK hands the error on as it is, and does not try again. */
export function stopRetrying(error: unknown): unknown {
  return Stop === undefined || !(error instanceof Error) ? error : new Stop(error);
}
