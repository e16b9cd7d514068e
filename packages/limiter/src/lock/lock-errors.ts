import { show, SluiceError } from "@sluice/core";

/** Nothing is held. */
export function lockUnavailable(name: string, reason: string): SluiceError<"LOCK_UNAVAILABLE"> {
  return new SluiceError("LOCK_UNAVAILABLE", `Lock ${show(name)} could not be had: ${reason}`);
}

/** What was held is no longer. */
export function lockLost(name: string, reason: string): SluiceError<"LOCK_LOST"> {
  return new SluiceError("LOCK_LOST", `Lock ${show(name)} was lost: ${reason}`);
}

/** Nothing can be held any more. */
export function closedError(name: string): SluiceError<"LOCK_UNAVAILABLE"> {
  return lockUnavailable(name, "this lock is closed");
}
