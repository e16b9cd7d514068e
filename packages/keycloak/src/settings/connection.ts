import { ConfigError } from "@sluice/core";
import type { Environment } from "@sluice/kit";

/** What an account's variables say; each may have a variable of the account's own, which comes first. */
export interface AccountVariables {
  /** The value, and the variable it came from. */
  find(variable: string): { readonly name: string; readonly value: string } | undefined;
  /** The names that are looked at, for messages. */
  names(variable: string): string;
}

/** Looks into `<VARIABLE>_<ACCOUNT>`, then `<VARIABLE>`. Empty ones count as absent. */
export function accountVariables(account: string, env: Environment): AccountVariables {
  const suffix = account.toUpperCase().replace(/[^A-Z0-9]/g, "_");
  return {
    find(variable) {
      for (const name of [`${variable}_${suffix}`, variable]) {
        const value = env[name];
        if (value !== undefined && value !== "") return { name, value };
      }
      return undefined;
    },
    names: (variable) => `${variable}_${suffix} or ${variable}`,
  };
}

/** Where the server is, and which realm is meant where a call does not say. */
export interface Connection {
  readonly baseUrl: string | undefined;
  readonly realmName: string | undefined;
}

/**
 * From the options, else `KEYCLOAK_URL` and `KEYCLOAK_REALM`, else left to the SDK.
 *
 * @throws ConfigError for anything but an http or https URL.
 */
export function findConnection(
  options: { readonly baseUrl?: string | undefined; readonly realmName?: string | undefined },
  variables: AccountVariables,
): Connection {
  const url = options.baseUrl ? { name: "baseUrl", value: options.baseUrl } : variables.find("KEYCLOAK_URL");
  const realm = options.realmName ? { name: "realmName", value: options.realmName } : variables.find("KEYCLOAK_REALM");
  if (realm !== undefined && typeof realm.value !== "string")
    throw new ConfigError({ option: realm.name, accepted: "the name of a realm", value: realm.value });
  return { baseUrl: url === undefined ? undefined : checkUrl(url.name, url.value), realmName: realm?.value };
}

function checkUrl(option: string, value: unknown): string {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "")
    return String(value);
  // With a user and a password in it, the value is a secret.
  const shown = url === undefined || url.password === "" ? value : "a URL with a password in it";
  throw new ConfigError({ option, accepted: "an http or https URL without user and password", value: shown });
}
