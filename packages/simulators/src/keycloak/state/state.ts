import { type Collection, createCollection, type Representation } from "./collection.js";

/** One realm and what is in it. @public */
export interface Realm {
  representation: Representation;
  readonly clients: Collection;
  readonly users: Collection;
  readonly roles: Collection;
  readonly groups: Collection;
  readonly clientScopes: Collection;
  readonly components: Collection;
  readonly identityProviders: Collection;
  /** Roles of a client, by the client's id. */
  readonly clientRoles: Map<string, Collection>;
  /** Realm roles of a user, by the user's id. */
  readonly roleMappings: Map<string, Set<string>>;
  /** Groups of a user, by the user's id. */
  readonly memberships: Map<string, Set<string>>;
  /** Passwords, by the user's id. */
  readonly passwords: Map<string, string>;
}

/** The kinds of things that a realm holds by id. */
export type Kind = "clients" | "users" | "roles" | "groups" | "clientScopes" | "components" | "identityProviders";

/** What a Keycloak simulator holds. @public */
export interface KeycloakState {
  /** By name. */
  readonly realms: ReadonlyMap<string, Realm>;
}

/** The same, to be written to. */
export interface WritableState extends KeycloakState {
  readonly realms: Map<string, Realm>;
  /** A new id, shaped like Keycloak's. */
  newId(): string;
  addRealm(representation: Readonly<Record<string, unknown>>, name: string): Realm;
}

/** What every new realm has. */
const firstClients = [
  "account",
  "account-console",
  "admin-cli",
  "broker",
  "realm-management",
  "security-admin-console",
];
const firstScopes = ["basic", "profile", "email", "roles", "web-origins", "offline_access"];

/** A server with these realms. */
export function createState(names: readonly string[]): WritableState {
  const realms = new Map<string, Realm>();
  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return `00000000-0000-4000-8000-${ids.toString(16).padStart(12, "0")}`;
  };
  const addRealm = (given: Readonly<Record<string, unknown>>, name: string): Realm => {
    const id = typeof given["id"] === "string" && given["id"] !== "" ? given["id"] : newId();
    const realm: Realm = {
      representation: { enabled: false, sslRequired: "external", ...given, id, realm: name },
      clients: createCollection(),
      users: createCollection(),
      roles: createCollection(),
      groups: createCollection(),
      clientScopes: createCollection(),
      components: createCollection(),
      identityProviders: createCollection(),
      clientRoles: new Map(),
      roleMappings: new Map(),
      memberships: new Map(),
      passwords: new Map(),
    };
    for (const clientId of firstClients)
      realm.clients.put({ id: newId(), clientId, enabled: true, protocol: "openid-connect" });
    for (const role of [`default-roles-${name}`, "offline_access", "uma_authorization"])
      realm.roles.put({ id: newId(), name: role, composite: false, clientRole: false, containerId: id });
    for (const scope of firstScopes) realm.clientScopes.put({ id: newId(), name: scope, protocol: "openid-connect" });
    realms.set(name, realm);
    return realm;
  };
  for (const name of names) addRealm({ enabled: true }, name);
  return { realms, newId, addRealm };
}
