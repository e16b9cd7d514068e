import KcAdminClient from "@keycloak/keycloak-admin-client";
import type { Call, Hook } from "@sluice/core";
import { Registry } from "prom-client";
import { onTestFinished } from "vitest";
import { type KeycloakFactoryOptions, sdkOptions } from "../client/options.js";
import { createKeycloakApi } from "../client/create-keycloak-api.js";
import { KeycloakApi } from "../client/keycloak-api.js";

/** Looks like nothing that a message would contain by chance. */
export const clientSecret = "s3cr3t-of-the-client-0123456789";
export const auth = { grantType: "client_credentials", clientId: "operator", clientSecret } as const;
export const accessToken = "an-access-token-0123456789";

/** For tests that are about something else. */
export const wide = { global: { refillRate: 1e6, burst: 1e6 } } as const;

let made = 0;

/** An account that no other test uses: its buckets are its own. */
export function newAccount(): string {
  made += 1;
  return `account-${made}`;
}

/** A client of the factory that logs in by itself; closed when the test ends. */
export function factory(baseUrl: string, options: KeycloakFactoryOptions = {}): KeycloakApi {
  const login = options.auth === undefined && options.accessToken === undefined ? { auth } : {};
  const api = createKeycloakApi(newAccount(), { baseUrl, env: {}, registry: new Registry(), ...login, ...options });
  onTestFinished(() => api.close());
  return api;
}

/** A hook of each stage that keeps the calls it sees. */
export function recorder(): { readonly hooks: readonly Hook[]; readonly calls: Call[]; readonly attempts: Call[] } {
  const calls: Call[] = [];
  const attempts: Call[] = [];
  const keep = (list: Call[]) => (call: Call) => void list.push(call);
  return {
    calls,
    attempts,
    hooks: [
      { name: "seen-call", stage: "call", before: keep(calls) },
      { name: "seen-attempt", before: keep(attempts) },
    ],
  };
}

/** Makes a client of one kind, with a token at hand. */
export type Make = (
  baseUrl: string,
  options?: Pick<KeycloakFactoryOptions, "hooks" | "requestOptions" | "timeout" | "requestArgOptions" | "realmName">,
) => KcAdminClient;

/** The SDK's own client and ours, which must not be told apart by what the SDK promises. */
export const kinds: readonly (readonly [string, Make])[] = [
  [
    "new KcAdminClient",
    (baseUrl, options = {}) => {
      const client = new KcAdminClient({ baseUrl, enableExperimentalApis: true, ...sdkOptions(options) });
      client.setAccessToken(accessToken);
      return client;
    },
  ],
  [
    "new KeycloakApi",
    (baseUrl, options) => {
      const registry = new Registry();
      const client = new KeycloakApi(newAccount(), { baseUrl, enableExperimentalApis: true, registry, ...options });
      client.setAccessToken(accessToken);
      return client;
    },
  ],
  [
    "createKeycloakApi",
    (baseUrl, options) => factory(baseUrl, { accessToken, enableExperimentalApis: true, quota: wide, ...options }),
  ],
];

/** Kinds that are ours. */
export const ours = kinds.slice(1);

/** The error a promise rejects with; one that resolves fails the test. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("the promise resolved");
}
