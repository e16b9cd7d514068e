import type KcAdminClient from "@keycloak/keycloak-admin-client";

/** A method of the SDK under the name it should have as an operation. */
export interface NamedMethod {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

type Method = (...args: unknown[]) => Promise<unknown>;
const makers = new Set(["constructor", "makeRequest", "makeUpdateRequest"]);
const silent = new Set(["getOrgId", "isOrgGroups", "v2", "groups"]);

/** Every method of the client that sends requests, ready to be run. */
export function everyMethod(client: KcAdminClient): NamedMethod[] {
  const found: NamedMethod[] = [];
  const add = (resource: object, path: string): void => {
    const names = new Set([...Object.keys(resource), ...Object.getOwnPropertyNames(Object.getPrototypeOf(resource))]);
    for (const name of names) {
      const method: unknown = Reflect.get(resource, name);
      if (typeof method !== "function" || makers.has(name) || silent.has(name)) continue;
      found.push({
        name: `${path}.${name}`,
        run: () => (method as Method).call(resource, { id: "i", name: "x", policy: {} }, {}),
      });
    }
  };
  for (const [name, value] of Object.entries(client)) {
    if (typeof value === "object" && value !== null && "makeRequest" in value) add(value as object, name);
  }
  add(client.organizations.groups("org"), "organizations.groups");
  const v2 = client.clients.v2();
  const item = v2.byId("c");
  return [
    ...found,
    { name: "clients.v2.get", run: () => v2.get() },
    { name: "clients.v2.post", run: () => v2.post({ clientId: "c" }) },
    { name: "clients.v2.byId.get", run: () => item.get() },
    { name: "clients.v2.byId.put", run: () => item.put({ clientId: "c" }) },
    { name: "clients.v2.byId.patch", run: () => item.patch({ additionalData: { enabled: true } }) },
    { name: "clients.v2.byId.delete", run: () => item.delete() },
  ];
}
