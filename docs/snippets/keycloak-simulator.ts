// #region simulator
import { startKeycloakSimulator } from "@sluice/simulators";
import { createKeycloakApi } from "@sluice/keycloak";

await using simulator = await startKeycloakSimulator({ realms: ["shop"] });
await using keycloak = createKeycloakApi("main", {
  baseUrl: simulator.url,
  auth: { grantType: "client_credentials", clientId: "any", clientSecret: "any" },
});
await keycloak.clients.create({ realm: "shop", clientId: "web" });
simulator.down(); // and up() again
// #endregion
