import type { KeycloakApi } from "@sluice/keycloak";
import { type DesiredClient, type DesiredRealm, ownerAttribute } from "./desired-state.js";
import { differs } from "./differs.js";

/** A realm as the server has it. */
export type RealmThere = Awaited<ReturnType<KeycloakApi["realms"]["find"]>>[number];
type ClientThere = Awaited<ReturnType<KeycloakApi["clients"]["find"]>>[number];

/** Something that was done. */
export interface Change {
  readonly action: "created" | "updated" | "deleted";
  readonly kind: "realm" | "client";
  readonly name: string;
}

/**
 * Makes one realm what it should be. Nothing is remembered between runs: what is there decides, so a run that ended in the middle is
 * finished by the next one, and the one after that has nothing to do.
 *
 * @param there - the realm as it was listed; undefined when it is to be made.
 */
export async function reconcileRealm(
  api: KeycloakApi,
  desired: DesiredRealm,
  there: RealmThere | undefined,
  done: (change: Change) => void,
): Promise<void> {
  const { realm, displayName = realm, namespace, clients = [] } = desired;
  const wanted = { displayName, enabled: true, attributes: { [ownerAttribute]: namespace } };
  if (there === undefined) {
    await api.realms.create({ realm, ...wanted });
    done({ action: "created", kind: "realm", name: realm });
  } else if (differs(there, wanted)) {
    await api.realms.update({ realm }, wanted);
    done({ action: "updated", kind: "realm", name: realm });
  }
  // A realm that was just made and wants no clients has none of ours.
  if (clients.length > 0 || there !== undefined) await reconcileClients(api, realm, namespace, clients, done);
}

async function reconcileClients(
  api: KeycloakApi,
  realm: string,
  namespace: string,
  desired: readonly DesiredClient[],
  done: (change: Change) => void,
): Promise<void> {
  const there = new Map((await api.clients.find({ realm })).map((client) => [client.clientId, client]));
  for (const { clientId, redirectUris = [], description = "" } of desired) {
    const wanted = {
      clientId,
      description,
      redirectUris: [...redirectUris],
      attributes: { [ownerAttribute]: namespace },
    };
    const name = `${realm}/${clientId}`;
    const found = there.get(clientId);
    if (found === undefined) {
      await api.clients.create({ realm, ...wanted });
      done({ action: "created", kind: "client", name });
    } else if (differs(found, wanted)) {
      await api.clients.update({ realm, id: String(found.id) }, wanted);
      done({ action: "updated", kind: "client", name });
    }
  }
  const kept = new Set(desired.map(({ clientId }) => clientId));
  for (const [clientId = "", client] of there) {
    if (kept.has(clientId) || !isOurs(client)) continue;
    await api.clients.del({ realm, id: String(client.id) });
    done({ action: "deleted", kind: "client", name: `${realm}/${clientId}` });
  }
}

/** The namespace that a realm was made for; undefined for those of others. */
export function ownerOf({ attributes }: RealmThere): string | undefined {
  const owner: unknown = attributes?.[ownerAttribute];
  return typeof owner === "string" ? owner : undefined;
}

function isOurs({ attributes }: ClientThere): boolean {
  return attributes?.[ownerAttribute] !== undefined;
}
