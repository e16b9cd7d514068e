import { StoreUnavailableError } from "@sluice/core";
import { deadlinesOf } from "./deadlines.js";

/**
 * Settles with what is asked or, after `timeoutMs`, with a StoreUnavailableError. Client errors hold commands and passwords, so
 * none is passed on, not even as a cause.
 *
 * @param ask - told until when it may take, as it stands at that moment.
 * @param answers - how many it takes, one after the other.
 */
export function bounded<Value>(
  ask: (untilMs: () => number) => Promise<Value>,
  timeoutMs: number,
  what: string,
  answers: "one" | "several" = "one",
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const deadline = deadlinesOf(timeoutMs, answers).start(() => reject(tooSlow(what, timeoutMs)));
    ask(deadline.atMs).then(
      (value) => (deadline.end(), resolve(value)),
      (error: unknown) => (deadline.end(), reject(failedAt(what, error))),
    );
  });
}

/** No answer in time. */
export function tooSlow(what: string, timeoutMs: number): StoreUnavailableError {
  return new StoreUnavailableError(`Redis did not answer ${what} within ${timeoutMs} ms`);
}

/** The client's error in words that are safe to show. */
export function failedAt(what: string, error: unknown): StoreUnavailableError {
  return new StoreUnavailableError(`Redis failed at ${what}: ${reasonOf(error)}`);
}

/** Server error codes are safe words; anything else only by its class or system code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const { code } = error as { code?: unknown };
  if (typeof code === "string") return code;
  const word = /^([A-Z]{2,})(?= )/.exec(error.message)?.[1];
  // What a script may not do has no code of its own.
  if (/user executing the script|ACL failure in script/i.test(error.message)) return "NOPERM";
  if (word === "NOAUTH" || word === "WRONGPASS") return `${word}: the user or password is missing or wrong`;
  return (
    word ??
    (error.message === "Connection is closed." || error.message.startsWith("Stream isn't writeable")
      ? "not connected"
      : error.name)
  );
}
