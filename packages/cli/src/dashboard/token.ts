import { ConfigError } from "@sluice/core";
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** What opens the page. */
export interface Token {
  readonly text: string;
  /** Whether somebody chose it, who then need not be told. */
  readonly isChosen: boolean;
}

const VARIABLE = "SLUICE_DASHBOARD_TOKEN";

/**
 * The token of `SLUICE_DASHBOARD_TOKEN`, else a new one from 32 random bytes.
 *
 * @throws ConfigError when the one that is set is short, or cannot travel in a header; it does not show in it.
 */
export function readToken(env: Readonly<Record<string, string | undefined>> = {}): Token {
  const chosen = env[VARIABLE];
  if (chosen === undefined || chosen === "") return { text: newSecret(), isChosen: false };
  if (/^[\u0021-\u007e]{32,512}$/.test(chosen)) return { text: chosen, isChosen: true };
  throw new ConfigError({
    option: VARIABLE,
    accepted: "32 to 512 printable ASCII characters without blanks",
    value: `[secret] of ${chosen.length} characters`,
  });
}

/** 32 random bytes as text. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** Takes as long whatever is given. */
export function isSameSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
