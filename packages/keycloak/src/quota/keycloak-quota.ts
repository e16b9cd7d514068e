import type { Quota } from "@sluice/limiter";
import { login } from "../operations/operation.js";
import type { KeycloakQuotaConfig } from "./options.js";

/**
 * Every request takes from the global bucket; one on behalf of a namespace takes from that namespace's bucket too, both or
 * none. A login serves all namespaces, so it is charged to none of them.
 */
export function createKeycloakQuota({ global, namespace }: KeycloakQuotaConfig): Quota {
  return ({ caller, operation }) => {
    const whose = operation === login ? undefined : caller?.namespace;
    const all = { bucket: "global", limit: global };
    return whose === undefined || whose === "" ? [all] : [all, { bucket: `namespace:${whose}`, limit: namespace }];
  };
}
