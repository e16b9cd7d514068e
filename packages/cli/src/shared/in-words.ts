import { isSluiceError } from "@sluice/core";

/** What went wrong, and the next step where it is Redis. */
export function inWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const isRedis = isSluiceError(error) && error.code === "STORE_UNAVAILABLE";
  return isRedis && !message.includes("sluice doctor") ? `${message}. \`sluice doctor\` says what to check` : message;
}
