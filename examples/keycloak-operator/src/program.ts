import { withCallOptions } from "@sluice/core";
import { createKeycloakApi } from "@sluice/keycloak";
import { startKeycloakSimulator } from "@sluice/simulators";
import type { DesiredRealm } from "./desired-state.js";
import { runUntilDone, type RunReport } from "./operator.js";

const teams = ["team-a", "team-b", "team-c"];

/** What three teams want: two realms each, with two clients. */
const first: readonly DesiredRealm[] = teams.flatMap((namespace) =>
  ["staging", "production"].map((stage) => ({
    namespace,
    realm: `${namespace}-${stage}`,
    clients: [{ clientId: "web", redirectUris: ["https://example.com/*"] }, { clientId: "worker" }],
  })),
);

/** What they want later: one realm is gone, one client is new, one is gone and one has another description. */
const second: readonly DesiredRealm[] = first
  .filter(({ realm }) => realm !== "team-c-staging")
  .map((each) => {
    if (each.realm === "team-a-staging") return { ...each, clients: [...(each.clients ?? []), { clientId: "mobile" }] };
    if (each.realm !== "team-b-staging") return each;
    return {
      ...each,
      clients: [{ clientId: "web", redirectUris: ["https://example.com/*"], description: "The shop" }],
    };
  });

/** Brings a simulated Keycloak to what the teams want, step by step, and says what it did. */
export async function program(print: (line: string) => void): Promise<void> {
  await using keycloak = await startKeycloakSimulator({ clients: { operator: "its-secret" } });
  await using api = createKeycloakApi("example", {
    baseUrl: keycloak.url,
    auth: { grantType: "client_credentials", clientId: "operator", clientSecret: "its-secret" },
    // A real operator keeps the five seconds.
    reconcileJitterMs: 200,
    env: {},
  });
  const run = async (what: string, desired: readonly DesiredRealm[]): Promise<void> => {
    // Ten calls of a namespace go at once and then five a second, so a round may take its time.
    const report = await withCallOptions({ timeoutMs: 60_000 }, () => runUntilDone({ api, desired }));
    print(`${what}: ${summary(report)}`);
  };

  await run("first run", first);
  await run("again", first);
  await run("other wishes", second);
  keycloak.state.realms.get("team-a-staging")?.clients.delete(clientId(keycloak, "team-a-staging", "web"));
  await run("after somebody deleted a client by hand", second);
  keycloak.revokeTokens();
  await run("after the tokens were revoked", second);
  const logins = keycloak.ledger.count({ method: "POST /realms/{realm}/protocol/openid-connect/token" });
  print(`${logins} logins, ${keycloak.ledger.throttled().length} requests refused`);
}

function summary({ changes, failed }: RunReport): string {
  const counts = new Map<string, number>();
  for (const { action, kind } of changes) counts.set(`${kind}s ${action}`, (counts.get(`${kind}s ${action}`) ?? 0) + 1);
  const done = [...counts]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([what, many]) => `${many} ${what}`);
  return [
    done.length === 0 ? "nothing to do" : done.join(", "),
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
  ].join("; ");
}

function clientId(keycloak: Awaited<ReturnType<typeof startKeycloakSimulator>>, realm: string, name: string): string {
  return keycloak.state.realms.get(realm)?.clients.find("clientId", name)?.id ?? "";
}
