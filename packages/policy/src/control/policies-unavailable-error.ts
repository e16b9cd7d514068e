import { show, SluiceError } from "@sluice/core";

/** There is no copy of the policies, so nobody can say what is allowed. Code `POLICIES_UNAVAILABLE`. */
export class PoliciesUnavailableError extends SluiceError<"POLICIES_UNAVAILABLE"> {
  constructor(space: string, reason: string) {
    super(
      "POLICIES_UNAVAILABLE",
      `The policies of ${show(space)} could not be read at the start, and none are embedded: ${reason}. Check the store, or embed defaults`,
    );
  }
}
