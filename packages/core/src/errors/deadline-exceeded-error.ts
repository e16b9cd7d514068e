import { SluiceError } from "./sluice-error.js";

/** The call did not settle inside its own budget, waits and retries included. Code `DEADLINE_EXCEEDED`. */
export class DeadlineExceededError extends SluiceError<"DEADLINE_EXCEEDED"> {
  /** The budget that ran out, in milliseconds. */
  readonly timeoutMs: number;

  constructor(operation: string, timeoutMs: number) {
    super(
      "DEADLINE_EXCEEDED",
      `${operation} did not finish within its ${timeoutMs} ms; raise timeoutMs or send less at once`,
    );
    this.timeoutMs = timeoutMs;
  }
}
