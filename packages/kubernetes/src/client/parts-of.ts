import type { FactoryParts } from "./options.js";
import type { KubernetesApi } from "./kubernetes-api.js";

/** Beside the APIs and not in them: what the runner of jobs needs of an API is nothing for users. */
const held = new WeakMap<KubernetesApi, FactoryParts>();

/** Keeps what an API was made of, as long as the API lives. */
export function keepParts(api: KubernetesApi, parts: FactoryParts): void {
  held.set(api, parts);
}

/** What an API was made of. @throws TypeError when it is none of ours. */
export function partsOf(api: KubernetesApi): FactoryParts {
  const parts = held.get(api);
  if (parts === undefined) throw new TypeError("not a KubernetesApi");
  return parts;
}
