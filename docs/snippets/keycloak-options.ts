// #region options
import { createKeycloakApi } from "@sluice/keycloak";

const keycloak = createKeycloakApi("main", {
  baseUrl: "https://keycloak.example.com",
  realmName: "shop", // where calls go that name no realm
  auth: { grantType: "client_credentials", clientId: "operator", clientSecret: process.env["OPERATOR_SECRET"] ?? "" },
  authRealm: "master", // where that client is
  quota: { global: { refillRate: 20, burst: 40 }, namespace: { refillRate: 2, burst: 5 } },
  breaker: { consecutiveFailures: 10, openMs: 30_000 }, // false for none
  timeoutMs: 60_000, // one budget for waits, logins, attempts and retries
});
// #endregion

// #region caller
import { withCaller, withCallOptions } from "@sluice/core";

// On whose behalf: by the surroundings, or by a client of its own.
await withCaller({ namespace: "team-a" }, () => keycloak.clients.find({ realm: "shop" }));
await keycloak.as({ namespace: "team-b" }).clients.find({ realm: "shop" });

// Abort while waiting or in flight; the call rejects with this very reason.
const controller = new AbortController();
await withCallOptions({ signal: controller.signal, priority: 5 }, () => keycloak.realms.find());
// #endregion

// #region jitter
// After a restart: each resource waits its own random time before it is first looked at.
const resources = ["shop", "blog"];
await Promise.all(
  resources.map(async (realm) => {
    await keycloak.startupJitter({ signal: controller.signal });
    await keycloak.realms.findOne({ realm });
  }),
);
// #endregion
