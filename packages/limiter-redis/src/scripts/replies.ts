import { StoreUnavailableError } from "@sluice/core";

/** The store's clock from a reply that begins with "ok". @throws StoreUnavailableError for any other. */
export function checkReply(reply: readonly unknown[]): number {
  if (reply[0] === "ok") return Number(reply[1]);
  throw notUnderstood(reply[1]);
}

/** The store holds state that this version cannot read. */
export function notUnderstood(reason: unknown): StoreUnavailableError {
  return new StoreUnavailableError(
    `Redis holds something that this version does not understand: ${typeof reason === "string" ? reason : "no reason given"}`,
  );
}
