import KcAdminClient, { NetworkError } from "@keycloak/keycloak-admin-client";
import { onTestFinished } from "vitest";
import type { KeycloakSimulatorOptions } from "./options.js";
import { startKeycloakSimulator, type KeycloakSimulator } from "./start-keycloak-simulator.js";

/** A simulator of one test, and the official client, logged in. */
export interface Bench {
  readonly simulator: KeycloakSimulator;
  readonly client: KcAdminClient;
}

export const credentials = { grantType: "client_credentials", clientId: "operator", clientSecret: "s3cret" } as const;

/** Starts a simulator that is closed when the test ends. */
export async function bench(options: KeycloakSimulatorOptions = {}): Promise<Bench> {
  const simulator = await startKeycloakSimulator(options);
  onTestFinished(() => simulator.close());
  const client = new KcAdminClient({ baseUrl: simulator.url });
  await client.auth(credentials);
  return { simulator, client };
}

/** Status and body that a call is refused with; a call that succeeds fails the test. */
export async function refusalOf(call: Promise<unknown>): Promise<readonly [status: number, body: unknown]> {
  try {
    await call;
  } catch (error) {
    if (error instanceof NetworkError) return [error.response.status, error.responseData];
    throw error;
  }
  throw new Error("the call succeeded");
}
