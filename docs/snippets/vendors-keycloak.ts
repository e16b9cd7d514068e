// #region errors
import { NetworkError } from "@keycloak/keycloak-admin-client";
import { isSluiceError, LimitExceededError } from "@sluice/core";
import type { KeycloakApi } from "@sluice/keycloak";

/** Counts the clients of a realm, and says in words when it cannot. */
export async function count(keycloak: KeycloakApi, realm: string): Promise<string> {
  try {
    const clients = await keycloak.clients.find({ realm });
    return `${clients.length} clients`;
  } catch (error) {
    // Ours: the wait would outlast timeoutMs, and nothing was sent.
    if (error instanceof LimitExceededError) return `not sent, there is room in ${Math.ceil(error.retryAfterMs)} ms`;
    // Ours: the server has failed five times in a row, and is left alone for a while.
    if (isSluiceError(error) && error.code === "CIRCUIT_OPEN") return "not sent, the server is down";
    // The SDK's: an answer that is no success, here that of a proxy with a limit.
    if (error instanceof NetworkError) return `refused with ${error.response.status}`;
    throw error;
  }
}
// #endregion
