import { ConfigError } from "@sluice/core";
import { assemblePlain, plainLimits } from "@sluice/kit";
import { knownOperations } from "../operations/operation.js";
import { keycloakRequests } from "./limits/keycloak-limits.js";
import type { FactoryParts, KeycloakApiOptions } from "./options.js";

/** A plain client measures, and leaves everything else to the SDK. */
export function plainParts(account: string, options: KeycloakApiOptions): FactoryParts {
  return {
    chain: assemblePlain(options, { provider: "keycloak", knownOperations }),
    timeoutMs: Number.POSITIVE_INFINITY,
    takesOver: false,
    secrets: [],
    jitterMs: 0,
    mode: {
      get: () => "disabled",
      set: (value) => {
        if (value === "disabled") return;
        const accepted = '"disabled" on a plain client; createKeycloakApi makes one with limits';
        throw new ConfigError({ option: "mode", accepted, value });
      },
    },
    limits: (caller) =>
      plainLimits({ provider: "keycloak", factory: "createKeycloakApi", ...keycloakRequests(account, caller) }),
    close: async () => {},
  };
}
