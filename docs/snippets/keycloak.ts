// #region service
import { createKeycloakApi } from "@sluice/keycloak";

// Server and login from KEYCLOAK_URL, KEYCLOAK_CLIENT_ID and KEYCLOAK_CLIENT_SECRET; limits shared through REDIS_URL.
const keycloak = createKeycloakApi("main");

for (const realm of ["shop", "blog"]) {
  const team = keycloak.as({ namespace: `team-${realm}` });
  const there = await team.realms.findOne({ realm });
  if (there === undefined || there === null) await team.realms.create({ realm, enabled: true });
}
await keycloak.close();
// #endregion
