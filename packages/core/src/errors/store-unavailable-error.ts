import { SluiceError } from "./sluice-error.js";

/** The shared store did not answer in time. Code `STORE_UNAVAILABLE`. Carries no client error: those hold passwords. */
export class StoreUnavailableError extends SluiceError<"STORE_UNAVAILABLE"> {
  constructor(message: string) {
    super("STORE_UNAVAILABLE", message);
  }
}
