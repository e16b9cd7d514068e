import type KcAdminClient from "@keycloak/keycloak-admin-client";
import type { Caller, Clock, HookChain, Random } from "@sluice/core";
import type { ApiLimits, ApiOptions, Environment, Mode } from "@sluice/kit";
import type { Quota } from "@sluice/limiter";
import type { Credentials } from "../auth/credentials.js";
import type { Session } from "../auth/session.js";
import type { KeycloakQuotaOptions } from "../quota/options.js";
import type { KeycloakApi } from "./keycloak-api.js";

/** What the SDK's constructor takes: a name for a type that the SDK's entry does not export. */
export type ConnectionConfig = NonNullable<ConstructorParameters<typeof KcAdminClient>[0]>;
/** What `registerTokenProvider` takes: gives the token for the next request. The SDK's entry does not export it either. */
export type TokenProvider = Parameters<KcAdminClient["registerTokenProvider"]>[0];
/** What the SDK hands on to `fetch`. */
export type RequestOptions = NonNullable<ConnectionConfig["requestOptions"]>;

/** What the plain constructor takes: the SDK's options, and where metrics and hooks go. */
export interface KeycloakApiOptions extends ConnectionConfig, Pick<ApiOptions, "registry" | "hooks" | "onHookError"> {}

/** What the factory takes: the SDK's options under their own names, and ours. */
export interface KeycloakFactoryOptions extends ConnectionConfig, ApiOptions {
  /**
   * What the SDK's `auth` takes. The client logs in by itself on first use, again before the token expires, and once for the
   * whole fleet.
   *
   * @defaultValue `KEYCLOAK_USERNAME` and `KEYCLOAK_PASSWORD`, else `KEYCLOAK_CLIENT_ID` and `KEYCLOAK_CLIENT_SECRET`
   */
  readonly auth?: Credentials | undefined;
  /** The realm to log in to. @defaultValue `realmName` */
  readonly authRealm?: string | undefined;
  /** A token got elsewhere. @defaultValue `KEYCLOAK_TOKEN` */
  readonly accessToken?: string | undefined;
  /** Global and per namespace rate, or a quota of your own. */
  readonly quota?: KeycloakQuotaOptions | Quota | undefined;
  /**
   * Longest delay of `startupJitter()`.
   * Unit: milliseconds. Range: 0 to 3600000 (an hour).
   *
   * @defaultValue `RECONCILE_JITTER_MAX_SECONDS`, else 5 seconds
   */
  readonly reconcileJitterMs?: number | undefined;
  /** @defaultValue `process.env` */
  readonly env?: Environment | undefined;
}

const sdkNames = [
  "baseUrl",
  "realmName",
  "requestOptions",
  "requestArgOptions",
  "timeout",
  "enableExperimentalApis",
] as const;

/** The SDK's own part of the options. */
export function sdkOptions(options: ConnectionConfig): ConnectionConfig {
  return Object.fromEntries(
    sdkNames.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  ) as ConnectionConfig;
}

/** What the factory hands to the class. Not for users: it goes by a symbol. */
export interface FactoryParts {
  readonly chain: HookChain;
  readonly timeoutMs: number;
  /** Whether waits, retries and logins are ours and not the SDK's. */
  readonly takesOver: boolean;
  /** Secrets that are in none of the SDK's fields. */
  readonly secrets: readonly string[];
  readonly session?: Session | undefined;
  readonly jitterMs: number;
  readonly mode: { readonly get: () => Mode; readonly set: (mode: Mode) => void };
  /** Told on whose behalf the client acts. */
  readonly limits: (caller: Caller | undefined) => ApiLimits;
  readonly close: () => Promise<void>;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

export const factoryParts = Symbol("keycloak.factoryParts");
/** Names on whose behalf a client made by `as` acts, and the client whose login it shares. */
export const onBehalfOf = Symbol("keycloak.onBehalfOf");

/** The options of the class with what the factory and `as` hand to it. */
export interface HandedOptions extends KeycloakApiOptions {
  readonly [factoryParts]?: FactoryParts;
  readonly [onBehalfOf]?: Behalf;
}

/** On whose behalf a client acts. */
export interface Behalf {
  readonly caller: Caller;
  readonly root: KeycloakApi;
}
