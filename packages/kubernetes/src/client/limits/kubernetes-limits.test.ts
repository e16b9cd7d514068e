import { describe, expect, it, onTestFinished } from "vitest";
import { createKubernetesApi } from "../create-kubernetes-api.js";
import type { KubernetesFactoryOptions } from "../options.js";

let clusters = 0;

function limitsOf(options: KubernetesFactoryOptions = {}) {
  clusters += 1;
  const api = createKubernetesApi(`cluster-${clusters}`, { env: {}, ...options });
  onTestFinished(() => api.close());
  return api.limits();
}

describe("an explanation of a method of Kubernetes", () => {
  it("names client-go's rate, and says that the server has none", () => {
    const { limits, text } = limitsOf().explain("CoreV1Api.listNamespacedPod");
    expect(limits).toMatchObject([{ bucket: "requests", words: "5 per second, at most 10 at once" }]);
    expect(text).toMatch(/https:\/\/github\.com\/kubernetes\/client-go\/blob\/[0-9a-f]{40}\/rest\/config\.go/);
    expect(text).toContain("The API server publishes no rate");
  });

  it("finds a method without its class where there is only one, and says which classes there are otherwise", () => {
    const limits = limitsOf();
    expect(limits.explain("listNamespacedPod").operation).toBe("CoreV1Api.listNamespacedPod");
    expect(() => limits.explain("getAPIResources")).toThrow(/such as \w+Api\.getAPIResources/);
  });

  it.each([
    [{}, {}, { by: "default", name: null }],
    [{ quota: { burst: 3 } }, {}, { by: "option", name: "quota.burst", value: 3 }],
    [{}, { KUBERNETES_RATE_LIMIT_REFILL_RATE: "3" }, { by: "environment", name: "KUBERNETES_RATE_LIMIT_REFILL_RATE" }],
  ] as const)("with %j and %j says what decided", (options, env, setBy) => {
    expect(limitsOf({ ...options, env }).explain("readNode").limits[0]).toMatchObject({ setBy });
  });
});
