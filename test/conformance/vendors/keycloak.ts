import KcAdminClient, { NetworkError } from "@keycloak/keycloak-admin-client";
import { createKeycloakApi, KeycloakApi } from "@sluice/keycloak";
import type { Received, Reply } from "../server.js";
import type { Method, Vendor } from "../vendor.js";

const secret = "keycloak-client-secret-0123456789";
const auth = { grantType: "client_credentials", clientId: "operator", clientSecret: secret } as const;
const makers = new Set(["constructor", "makeRequest", "makeUpdateRequest"]);
/** Methods that send nothing themselves. */
const silent = new Set(["getOrgId", "isOrgGroups", "v2", "groups"]);

const isLogin = ({ path }: Received): boolean => path.endsWith("/protocol/openid-connect/token");

/** An object for what the v2 API asks for one by one, a list for the rest, and a Location for what is made. */
function answer(request: Received): Reply {
  if (isLogin(request)) return { body: { access_token: "an-access-token-0123456789", expires_in: 300 } };
  const { path, method } = request;
  const single = /\/clients\/v2\/[^/]+$/.test(path) || (path.endsWith("/clients/v2") && method === "POST");
  return {
    headers: { location: "http://127.0.0.1/admin/realms/new-id" },
    body: single ? { id: "1" } : [{ id: "1", name: "x" }],
  };
}

type Run = (...args: unknown[]) => Promise<unknown>;

/** Every method of a resource that sends requests, under its own name. */
function methodsOf(resource: object, path: string): Method[] {
  const names = new Set([...Object.keys(resource), ...Object.getOwnPropertyNames(Object.getPrototypeOf(resource))]);
  return [...names].flatMap((name) => {
    const method: unknown = Reflect.get(resource, name);
    if (typeof method !== "function" || makers.has(name) || silent.has(name)) return [];
    const run = (): Promise<unknown> => (method as Run).call(resource, { id: "i", name: "x", policy: {} }, {});
    return [{ name: `${path}.${name}`, run }];
  });
}

/** Keycloak's admin client. All three hold a token, since the SDK sends nothing before it has one. */
export const keycloak: Vendor<KcAdminClient> = {
  provider: "keycloak",
  secret,
  answer,
  throttled: (seconds) => ({
    status: 429,
    headers: { "retry-after": String(seconds) },
    body: { error: "too_many_requests" },
  }),
  notFound: { status: 404, body: { error: "Realm not found." } },
  sdk: (origin) => withToken(new KcAdminClient({ baseUrl: origin, enableExperimentalApis: true })),
  plain: (account, origin, options) =>
    withToken(new KeycloakApi(account, { baseUrl: origin, enableExperimentalApis: true, ...options })),
  factory: (account, origin, options) =>
    createKeycloakApi(account, { baseUrl: origin, enableExperimentalApis: true, accessToken: secret, ...options }),
  read: (client) => client.realms.find(),
  write: (client) => client.realms.create({ realm: "made" }),
  composites: [
    {
      name: "clients.createOrUpdatePolicy",
      requests: 3,
      run: (client) => client.clients.createOrUpdatePolicy({ id: "c", policyName: "p", policy: { name: "p" } }),
    },
    {
      name: "clientScopes.delByName",
      requests: 2,
      run: (client) => client.clientScopes.delByName({ name: "x" }),
    },
    {
      name: "users.find, with a token that the SDK has to refresh",
      requests: 3,
      answer: (request, index) => {
        if (!isLogin(request)) return answer(request);
        const payload = Buffer.from(JSON.stringify({ exp: index % 3 === 0 ? 1 : 9e9 })).toString("base64url");
        return { body: { access_token: `head.${payload}.tail`, refresh_token: "a-refresh-token", expires_in: 300 } };
      },
      run: async (client) => {
        await client.auth(auth);
        return client.users.find({ max: 2 });
      },
    },
  ],
  methods(client) {
    const resources = Object.entries(client).filter(
      (entry): entry is [string, object] =>
        typeof entry[1] === "object" && entry[1] !== null && "makeRequest" in (entry[1] as object),
    );
    const v2 = client.clients.v2();
    const item = v2.byId("c");
    return [
      ...resources.flatMap(([name, resource]) => methodsOf(resource, name)),
      ...methodsOf(client.organizations.groups("org"), "organizations.groups"),
      { name: "clients.v2.get", run: () => v2.get() },
      { name: "clients.v2.post", run: () => v2.post({ clientId: "c" }) },
      { name: "clients.v2.byId.get", run: () => item.get() },
      { name: "clients.v2.byId.put", run: () => item.put({ clientId: "c" }) },
      { name: "clients.v2.byId.patch", run: () => item.patch({ additionalData: { enabled: true } }) },
      { name: "clients.v2.byId.delete", run: () => item.delete() },
      { name: "auth", run: () => client.auth(auth) },
    ];
  },
  methodCount: 401,
  isOwnError: (error) => error instanceof NetworkError,
};

function withToken<Client extends KcAdminClient>(client: Client): Client {
  client.setAccessToken(secret);
  return client;
}
