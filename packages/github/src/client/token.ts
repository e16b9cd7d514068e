import { ConfigError } from "@sluice/core";
import type { Environment } from "@sluice/kit";

/** A token, and the variable it came from. */
export interface FoundToken {
  readonly token: string;
  readonly variable: string;
}

/** The variable that may hold an account's own token. */
function tokenVariable(account: string): string {
  return `GITHUB_TOKEN_${account.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

/**
 * The token of an account from the environment: its own variable, else `GITHUB_TOKEN`, else `GH_TOKEN`. Undefined when there is none.
 *
 * @throws ConfigError for a value that is no token.
 */
export function findToken(account: string, env: Environment): FoundToken | undefined {
  const variable = [tokenVariable(account), "GITHUB_TOKEN", "GH_TOKEN"].find((name) => (env[name] ?? "") !== "");
  if (variable === undefined) return undefined;
  return { token: checkToken(variable, env[variable]), variable };
}

/** @throws ConfigError, without the value. */
export function checkToken(option: string, token: unknown): string {
  if (typeof token === "string" && /^[\x21-\x7e]+$/.test(token.replace(/^(?:token|bearer) /i, ""))) return token;
  throw new ConfigError({
    option,
    accepted: "a GitHub token without spaces or control characters",
    value: typeof token,
  });
}

/** The error for an account without a token. */
export function noToken(account: string): ConfigError {
  return new ConfigError({
    option: "auth",
    accepted: `a GitHub token, as the auth option or in ${tokenVariable(account)}, GITHUB_TOKEN or GH_TOKEN`,
    value: undefined,
    hint: 'To ask without one, at 60 requests an hour, say quota: { tier: "unauthenticated" }',
  });
}
