import { StoreUnavailableError } from "@sluice/core";

/** The figure after "ok" in a reply, mostly the store's clock. @throws StoreUnavailableError for any other. */
export function checkReply(reply: readonly unknown[]): number {
  const figure = Number(reply[1]);
  if (reply[0] === "ok" && !Number.isNaN(figure)) return figure;
  throw notUnderstood(reply[1]);
}

/** The store holds state that this version cannot read. */
export function notUnderstood(reason: unknown): StoreUnavailableError {
  return new StoreUnavailableError(
    `Redis holds something that this version does not understand: ${typeof reason === "string" ? reason : "no reason given"}`,
  );
}
