import type KcAdminClient from "@keycloak/keycloak-admin-client";
import { ConfigError, oneOf } from "@sluice/core";
import type { AccountVariables } from "../settings/connection.js";

/** What the SDK's `auth` takes. */
export type Credentials = Parameters<KcAdminClient["auth"]>[0];

/** How a client of the factory gets its token. */
export type Login =
  | { readonly kind: "token"; readonly token: string; readonly option: string }
  | { readonly kind: "credentials"; readonly credentials: Credentials; readonly secret: string };

const grants = ["client_credentials", "password", "refresh_token"] as const;

/**
 * Options first: `accessToken`, then `auth`. Then the environment: a token, a user with a password, a client with a secret.
 * Undefined when there is nothing anywhere: the user may still log in by the SDK's own methods.
 *
 * @throws ConfigError for what is there only in part, never showing a secret.
 */
export function findLogin(
  options: { readonly accessToken?: string | undefined; readonly auth?: Credentials | undefined },
  variables: AccountVariables,
): Login | undefined {
  if (options.accessToken) return tokenFrom("accessToken", options.accessToken);
  if (options.auth !== undefined) return fromOption(options.auth);
  const token = variables.find("KEYCLOAK_TOKEN");
  if (token !== undefined) return tokenFrom(token.name, token.value);
  return fromEnvironment(variables);
}

function fromOption(credentials: Credentials): Login {
  if (typeof credentials !== "object" || credentials === null)
    throw new ConfigError({ option: "auth", accepted: "an object of credentials", value: typeof credentials });
  const grantType = oneOf("auth.grantType", credentials.grantType, grants);
  checkText("auth.clientId", credentials.clientId);
  const needed = { client_credentials: "clientSecret", password: "password", refresh_token: "refreshToken" } as const;
  const secret = checkText(`auth.${needed[grantType]}`, credentials[needed[grantType]]);
  if (grantType === "password") checkText("auth.username", credentials.username);
  return { kind: "credentials", credentials: { ...credentials }, secret };
}

function fromEnvironment(variables: AccountVariables): Login | undefined {
  const [id, clientSecret] = [variables.find("KEYCLOAK_CLIENT_ID"), variables.find("KEYCLOAK_CLIENT_SECRET")];
  const [username, password] = [variables.find("KEYCLOAK_USERNAME"), variables.find("KEYCLOAK_PASSWORD")];
  const missing = (variable: string, beside: string): ConfigError =>
    new ConfigError({ option: variables.names(variable), accepted: `set, since ${beside} is`, value: undefined });
  if (username !== undefined || password !== undefined) {
    if (username === undefined) throw missing("KEYCLOAK_USERNAME", String(password?.name));
    if (password === undefined) throw missing("KEYCLOAK_PASSWORD", username.name);
    const credentials: Credentials = {
      grantType: "password",
      // The client that every realm has for administration by hand.
      clientId: id?.value ?? "admin-cli",
      username: username.value,
      password: password.value,
      ...(clientSecret === undefined ? {} : { clientSecret: clientSecret.value }),
    };
    return { kind: "credentials", credentials, secret: password.value };
  }
  if (id === undefined && clientSecret === undefined) return undefined;
  if (id === undefined) throw missing("KEYCLOAK_CLIENT_ID", String(clientSecret?.name));
  if (clientSecret === undefined) throw missing("KEYCLOAK_CLIENT_SECRET", id.name);
  const credentials: Credentials = {
    grantType: "client_credentials",
    clientId: id.value,
    clientSecret: clientSecret.value,
  };
  return { kind: "credentials", credentials, secret: clientSecret.value };
}

/** Never the value itself. */
function checkText(option: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw new ConfigError({ option, accepted: "a text that is not empty", value: value === "" ? "" : typeof value });
}

function tokenFrom(option: string, token: unknown): Login {
  if (typeof token === "string" && /^[\x21-\x7e]+$/.test(token)) return { kind: "token", token, option };
  throw badToken(option, typeof token);
}

/** Never shows the token. */
export function badToken(option: string, value: unknown): ConfigError {
  return new ConfigError({ option, accepted: "an access token without spaces or control characters", value });
}
