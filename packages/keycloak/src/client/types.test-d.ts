import type KcAdminClient from "@keycloak/keycloak-admin-client";
import type { Caller, HookChain } from "@sluice/core";
import type { ApiLimits } from "@sluice/kit";
import { expectTypeOf } from "vitest";
import {
  createKeycloakApi,
  type Credentials,
  KeycloakApi,
  type KeycloakApiOptions,
  type KeycloakFactoryOptions,
} from "../index.js";

const keycloak = createKeycloakApi("main");

// A wrapped client is the SDK's, in every member.
expectTypeOf<Pick<KeycloakApi, keyof KcAdminClient>>().toEqualTypeOf<Pick<KcAdminClient, keyof KcAdminClient>>();
expectTypeOf<ReturnType<typeof createKeycloakApi>>().toEqualTypeOf<KeycloakApi>();
const asBefore: KcAdminClient = keycloak;
expectTypeOf(asBefore.clients.v2).toEqualTypeOf(keycloak.clients.v2);
expectTypeOf(keycloak.users.find).toEqualTypeOf<KcAdminClient["users"]["find"]>();
expectTypeOf(keycloak.auth).toEqualTypeOf<KcAdminClient["auth"]>();
expectTypeOf(keycloak.registerTokenProvider).toEqualTypeOf<KcAdminClient["registerTokenProvider"]>();

// What is ours.
type Ours = Exclude<keyof KeycloakApi, keyof KcAdminClient>;
expectTypeOf<Extract<Ours, string>>().toEqualTypeOf<
  "account" | "hooks" | "mode" | "as" | "limits" | "close" | "toJSON" | "startupJitter"
>();
expectTypeOf(keycloak.hooks).toEqualTypeOf<HookChain>();
expectTypeOf(keycloak.limits).toEqualTypeOf<() => ApiLimits>();
expectTypeOf(keycloak.as).toEqualTypeOf<(caller: Caller) => KeycloakApi>();

// The SDK's options under their own names and with their own types.
type ConnectionConfig = NonNullable<ConstructorParameters<typeof KcAdminClient>[0]>;
expectTypeOf<Pick<KeycloakFactoryOptions, keyof ConnectionConfig>>().toEqualTypeOf<
  Pick<ConnectionConfig, keyof ConnectionConfig>
>();
expectTypeOf<Pick<KeycloakApiOptions, keyof ConnectionConfig>>().toEqualTypeOf<
  Pick<ConnectionConfig, keyof ConnectionConfig>
>();
expectTypeOf<Credentials>().toEqualTypeOf<Parameters<KcAdminClient["auth"]>[0]>();

void new KeycloakApi("main", { baseUrl: "http://localhost", hooks: [] });

// @ts-expect-error an account is needed
createKeycloakApi();
// @ts-expect-error the plain constructor limits nothing
void new KeycloakApi("main", { redis: "redis://cache" });
// @ts-expect-error rates are numbers
createKeycloakApi("main", { quota: { global: { refillRate: "50" } } });
// @ts-expect-error two levels and no third
createKeycloakApi("main", { quota: { tenant: { refillRate: 5 } } });
// @ts-expect-error no such mode
createKeycloakApi("main", { mode: "off" });
// @ts-expect-error options have names that are known
createKeycloakApi("main", { timeOutMs: 1 });
// @ts-expect-error arguments are checked as before
void keycloak.users.findOne({ id: 5 });
// @ts-expect-error and so are methods
void keycloak.users.replace({ id: "u" });
// @ts-expect-error the account is not changed later
keycloak.account = "other";
