import KcAdminClient from "@keycloak/keycloak-admin-client";
import { createKeycloakApi, type KeycloakFactoryOptions } from "@sluice/keycloak";

/** How many clients are made, with the SDK alone. */
export async function before(options: { readonly baseUrl: string }, clientIds: readonly string[]): Promise<number> {
  // #region before
  const keycloak = new KcAdminClient({ ...options });
  await keycloak.auth({ grantType: "client_credentials", clientId: "operator", clientSecret: "…" });
  const answers = await Promise.allSettled(
    clientIds.map((clientId) => keycloak.clients.create({ realm: "shop", clientId })),
  );
  // #endregion
  return answers.filter(({ status }) => status === "fulfilled").length;
}

/** The same with ours. */
export async function after(options: KeycloakFactoryOptions, clientIds: readonly string[]): Promise<number> {
  // #region after
  const keycloak = createKeycloakApi("main", {
    ...options,
    auth: { grantType: "client_credentials", clientId: "operator", clientSecret: "…" }, // logs in by itself
  });
  const answers = await Promise.allSettled(
    clientIds.map((clientId) => keycloak.clients.create({ realm: "shop", clientId })),
  );
  await keycloak.close();
  // #endregion
  return answers.filter(({ status }) => status === "fulfilled").length;
}
