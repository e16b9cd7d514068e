import { jsonAnswer, type Answer } from "../../http/answer.js";
import { KeycloakError } from "../keycloak-error.js";
import type { TokenOwner, Tokens } from "../tokens.js";
import { realmOf, type Route, type RouteRequest } from "./route.js";

/** Who may log in. */
export interface LoginParts {
  readonly tokens: Tokens;
  readonly clients: Readonly<Record<string, string>> | undefined;
  readonly users: Readonly<Record<string, string>> | undefined;
  readonly lifetimeSeconds: { readonly access: number; readonly refresh: number };
}

/** The address where tokens are handed out. */
export function tokenRoute(parts: LoginParts): Route {
  return {
    verb: "POST",
    path: "/realms/{realm}/protocol/openid-connect/token",
    open: true,
    run(request) {
      realmOf(request);
      const form = new URLSearchParams(request.body);
      const owner = { realm: request.params["realm"] ?? "", ...clientOf(parts, request, form) };
      switch (form.get("grant_type")) {
        case "client_credentials":
          if (!owner.withSecret) throw unauthorizedClient();
          return grant(parts, { realm: owner.realm, clientId: owner.clientId }, false);
        case "password":
          return grant(
            parts,
            { realm: owner.realm, clientId: owner.clientId, username: userOf(parts, request, form) },
            true,
          );
        case "refresh_token": {
          const refreshed = parts.tokens.ownerOf(form.get("refresh_token") ?? "", "refresh");
          if (refreshed?.clientId !== owner.clientId) throw invalidGrant(400, "Token is not active");
          return grant(parts, refreshed, true);
        }
        default:
          throw new KeycloakError(400, {
            error: "unsupported_grant_type",
            error_description: "Unsupported grant_type",
          });
      }
    },
  };
}

function grant({ tokens, lifetimeSeconds }: LoginParts, owner: TokenOwner, refreshable: boolean): Answer {
  return jsonAnswer({
    access_token: tokens.issue(owner, "access"),
    expires_in: lifetimeSeconds.access,
    refresh_expires_in: refreshable ? lifetimeSeconds.refresh : 0,
    ...(refreshable ? { refresh_token: tokens.issue(owner, "refresh") } : {}),
    token_type: "Bearer",
    "not-before-policy": 0,
    scope: "profile email",
  });
}

function clientOf(
  { clients }: LoginParts,
  { authorization }: RouteRequest,
  form: URLSearchParams,
): { readonly clientId: string; readonly withSecret: boolean } {
  const [id, secret] = basicOf(authorization) ?? [form.get("client_id"), form.get("client_secret")];
  if (id === null || id === undefined || id === "") throw unauthorizedClient();
  if (secret === null || secret === undefined || secret === "") return { clientId: id, withSecret: false };
  if (clients !== undefined && !(Object.hasOwn(clients, id) && clients[id] === secret)) throw unauthorizedClient();
  return { clientId: id, withSecret: true };
}

function userOf({ users }: LoginParts, request: RouteRequest, form: URLSearchParams): string {
  const [username, password] = [form.get("username") ?? "", form.get("password") ?? ""];
  const realm = realmOf(request);
  const kept = realm.passwords.get(realm.users.find("username", username)?.id ?? "");
  const known = kept ?? (users !== undefined && Object.hasOwn(users, username) ? users[username] : undefined);
  const good = known === undefined ? users === undefined && password !== "" : known === password;
  if (username === "" || !good) throw invalidGrant(401, "Invalid user credentials");
  return username;
}

/** Both parts are form-encoded before they are joined. */
function basicOf(authorization: string | undefined): readonly [string, string] | undefined {
  const encoded = /^Basic\s+(.+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [id = "", secret = ""] = Buffer.from(encoded, "base64").toString().split(":");
  const decoded = (part: string): string => decodeURIComponent(part.replaceAll("+", " "));
  return [decoded(id), decoded(secret)];
}

function unauthorizedClient(): KeycloakError {
  const error_description = "Invalid client or Invalid client credentials";
  return new KeycloakError(401, { error: "unauthorized_client", error_description });
}

function invalidGrant(status: number, error_description: string): KeycloakError {
  return new KeycloakError(status, { error: "invalid_grant", error_description });
}
