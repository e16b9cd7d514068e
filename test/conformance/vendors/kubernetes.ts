import * as sdk from "@kubernetes/client-node";
import { createKubernetesApi, KubernetesApi } from "@sluice/kubernetes";
import type { Received, Reply } from "../server.js";
import type { Method, Vendor } from "../vendor.js";

const secret = "kubernetes-token-0123456789";
const resources = [{ name: "configmaps", kind: "ConfigMap", namespaced: true }];
const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "ns" } };

/** What every generated method takes. */
const anything = {
  name: "n",
  namespace: "ns",
  path: "p",
  group: "example.com",
  version: "v1",
  plural: "things",
  resourcePlural: "things",
  logpath: "log",
  body: {},
};

/** The SDK parses the body that an answer to HEAD does not have, unless it is said to be text. */
function answer({ method, path }: Received): Reply {
  if (method === "HEAD") return { headers: { "content-type": "text/plain" } };
  return { body: path === "/api/v1" ? { resources } : configMap };
}

function kubeConfigFor(origin: string): sdk.KubeConfig {
  const kubeConfig = new sdk.KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: "local", server: origin, skipTLSVerify: true },
    { name: "tester", token: secret },
  );
  return kubeConfig;
}

type Client = Pick<sdk.KubeConfig, "makeApiClient">;
type Class = sdk.ApiConstructor<object>;

/** The generated classes, by the names they are exported under. */
const generated = Object.entries(sdk as Readonly<Record<string, unknown>>).flatMap(([name, value]) =>
  typeof value === "function" && name.endsWith("Api") && value !== sdk.KubernetesObjectApi
    ? [[name, value as Class] as const]
    : [],
);

function methodsOf(client: Client, className: string, type: Class): Method[] {
  const made = client.makeApiClient(type);
  return Object.getOwnPropertyNames(type.prototype)
    .filter((name) => name !== "constructor")
    .map((name) => ({
      name: `${className}.${name}`,
      run: () => Reflect.apply(Reflect.get(made, name) as (param: object) => Promise<unknown>, made, [anything]),
    }));
}

function objectMethods(client: Client): Method[] {
  const objects = client.makeApiClient(sdk.KubernetesObjectApi);
  return [
    { name: "KubernetesObjectApi.create", run: () => objects.create(configMap) },
    { name: "KubernetesObjectApi.read", run: () => objects.read(configMap) },
    { name: "KubernetesObjectApi.list", run: () => objects.list("v1", "ConfigMap", "ns") },
    { name: "KubernetesObjectApi.patch", run: () => objects.patch(configMap) },
    { name: "KubernetesObjectApi.replace", run: () => objects.replace(configMap) },
    { name: "KubernetesObjectApi.delete", run: () => objects.delete(configMap) },
  ];
}

/** A cluster's API. A `KubeConfig` makes the SDK's clients, and ours stands in for it. */
export const kubernetes: Vendor<Client> = {
  provider: "kubernetes",
  secret,
  answer,
  throttled: (seconds) => ({
    status: 429,
    headers: { "retry-after": String(seconds), "content-type": "text/plain; charset=utf-8" },
    body: "Too many requests, please try again later.\n",
  }),
  notFound: {
    status: 404,
    body: { kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 },
  },
  sdk: kubeConfigFor,
  plain: (account, origin, options) => new KubernetesApi(account, kubeConfigFor(origin), options),
  factory: (account, origin, options) =>
    createKubernetesApi(account, { kubeConfig: kubeConfigFor(origin), ...options }),
  read: (client) => client.makeApiClient(sdk.CoreV1Api).readNode({ name: "n" }),
  write: (client) => client.makeApiClient(sdk.CoreV1Api).createNamespace({ body: { metadata: { name: "made" } } }),
  composites: [
    {
      name: "an object whose kind is looked up first",
      requests: 2,
      run: (client) => client.makeApiClient(sdk.KubernetesObjectApi).create(configMap),
    },
    {
      name: "a list in pages",
      requests: 3,
      answer: (_request, index) => ({
        body: { kind: "PodList", items: [], metadata: { continue: ["two", "three", ""][index % 3] } },
      }),
      async run(client) {
        const core = client.makeApiClient(sdk.CoreV1Api);
        let next = "";
        do {
          const page = await core.listNamespacedPod({ namespace: "ns", limit: 2, ...(next && { _continue: next }) });
          next = page.metadata?._continue ?? "";
        } while (next !== "");
      },
    },
  ],
  methods: (client) => [
    ...generated.flatMap(([name, type]) => methodsOf(client, name, type)),
    ...objectMethods(client),
  ],
  // 887 generated ones in two variants, with and without the raw response, and six of the object API.
  methodCount: 2 * 887 + 6,
  isOwnError: (error) => error instanceof sdk.ApiException,
};
