// #region legacy
import { KeycloakApi } from "@sluice/keycloak";

const keycloak = new KeycloakApi("main", { baseUrl: "https://keycloak.example.com" });
await keycloak.auth({ grantType: "password", clientId: "admin-cli", username: "admin", password: "…" });
await keycloak.realms.find();
// #endregion
