import { createCall } from "@sluice/core";
import { type ChargeNotes, type Environment, findName, setBy, sourceOf, type VendorLimits } from "@sluice/kit";
import { knownOperations, verbOf } from "../../operations/operation.js";
import { asOf, clientGoRate, kubernetesSources } from "../../quota/generated/figures.js";
import type { KubernetesQuotaOptions } from "../../quota/options.js";

const operations = knownOperations.filter((name) => name !== "other");

/** The methods of the SDK's classes, `CoreV1Api.listNamespacedPod`; the class may be left out where one alone has such a method. */
export function kubernetesRequests(cluster: string): Pick<VendorLimits, "account" | "operations" | "requests"> {
  return {
    account: cluster,
    operations,
    requests(operation, args) {
      const bare = operation.replace(/WithHttpInfo$/, "");
      const name = findName(bare, operations) ?? onlyWithMethod(bare);
      if (name === undefined) return undefined;
      const verb = verbOf(methodOf(name));
      return [createCall({ provider: "kubernetes", account: cluster, operation: name, verb, args })];
    },
  };
}

/** The rate of a cluster as users ask about it. */
export function kubernetesLimits(
  cluster: string,
  { quota, env }: { readonly quota: KubernetesQuotaOptions; readonly env: Environment },
): VendorLimits {
  const notes: ChargeNotes = {
    scope: "all requests to the cluster, of all processes together",
    published: `${clientGoRate.refillRate} per second with a burst of ${clientGoRate.burst}, which client-go keeps by itself (${clientGoRate.scope})`,
    source: sourceOf(kubernetesSources, clientGoRate.source, asOf),
    setBy:
      setBy("quota.refillRate", quota.refillRate, ["KUBERNETES_RATE_LIMIT_REFILL_RATE"], env) ??
      setBy("quota.burst", quota.burst, ["KUBERNETES_RATE_LIMIT_BURST"], env),
    note: "The API server publishes no rate: it limits what runs at a time, and says when it is too much",
  };
  return { ...kubernetesRequests(cluster), describe: () => notes };
}

function onlyWithMethod(method: string): string | undefined {
  const found = operations.filter((name) => methodOf(name) === method);
  return found.length === 1 ? found[0] : undefined;
}

function methodOf(operation: string): string {
  return operation.slice(operation.indexOf(".") + 1);
}
