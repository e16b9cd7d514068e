// The client and its factory
export { createKeycloakApi } from "./client/create-keycloak-api.js";
export { KeycloakApi } from "./client/keycloak-api.js";
export type { ConnectionConfig, KeycloakApiOptions, KeycloakFactoryOptions, TokenProvider } from "./client/options.js";
export type { Credentials } from "./auth/credentials.js";

// The quota, and the figures it is made of
export {
  asOf,
  globalRate,
  keycloakSources,
  namespaceRate,
  reconcileJitter,
  serverLimit,
} from "./quota/generated/figures.js";
export type { ClientRate } from "./quota/client-rate.js";
export type { KeycloakQuotaOptions, RateOptions } from "./quota/options.js";
