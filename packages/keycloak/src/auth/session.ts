import { getToken } from "@keycloak/keycloak-admin-client/lib/utils/auth.js";
import type { SharedTokens } from "@sluice/kit";
import type { RequestOptions } from "../client/options.js";
import type { Credentials } from "./credentials.js";

/** A login that the client keeps by itself. */
export interface Session {
  /** The token at hand while it is good, else a new one; one login at a time in the whole fleet. */
  token(signal: AbortSignal | undefined): Promise<string>;
  /** The server has refused this token. */
  forget(token: string): void;
}

/** What a session is made of. */
export interface SessionOptions {
  readonly tokens: SharedTokens;
  readonly baseUrl: string;
  readonly realmName: string;
  readonly credentials: Credentials;
  /** What the token is got with. */
  readonly secret: string;
  readonly requestOptions: () => RequestOptions | undefined;
  /** Sends the login as an attempt of its own: it serves many calls, so no single one may end it. */
  readonly run: <Result>(signal: AbortSignal, login: () => Promise<Result>) => Promise<Result>;
}

/** Keycloak says how long a token lives; where it does not, its own default. Unit: seconds. */
const USUAL_LIFETIME_S = 60;
/** Longest time before its end at which a token is no longer used. Unit: milliseconds. */
const LONGEST_EARLY_MS = 30_000;

/** Logs in when a token is first needed and before it expires, by the SDK's own request. */
export function createSession(options: SessionOptions): Session {
  const { tokens, baseUrl, realmName, credentials, secret, run } = options;
  const name = [baseUrl, realmName, credentials.grantType, credentials.clientId, credentials.username ?? ""].join(" ");
  const refresh = (signal: AbortSignal) =>
    run(signal, async () => {
      const requestOptions = options.requestOptions() ?? {};
      const got = await getToken({ baseUrl, realmName, credentials, requestOptions });
      return { value: got.accessToken, lifetimeMs: usableMs(got.expiresIn) };
    });
  return {
    // What is early depends on the lifetime, which is not known here.
    token: (signal) => tokens.get(name, { secret, refresh, earlyMs: 0, ...(signal === undefined ? {} : { signal }) }),
    forget: (token) => tokens.forget(name, token),
  };
}

/** Administrators may set lifetimes of a minute and less, so what is kept off the end is a quarter of it at most. */
function usableMs(expiresInS: unknown): number {
  const lifetimeMs = (typeof expiresInS === "number" && expiresInS > 0 ? expiresInS : USUAL_LIFETIME_S) * 1000;
  return lifetimeMs - Math.min(LONGEST_EARLY_MS, lifetimeMs / 4);
}
