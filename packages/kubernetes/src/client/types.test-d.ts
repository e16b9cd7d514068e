import {
  type ApiConstructor,
  BatchV1Api,
  type Configuration,
  CoreV1Api,
  type createConfiguration,
  type KubeConfig,
  KubernetesObjectApi,
  type V1Job,
  type V1PodList,
} from "@kubernetes/client-node";
import type { Caller, HookChain } from "@sluice/core";
import type { ApiLimits } from "@sluice/kit";
import { expectTypeOf } from "vitest";
import {
  createJobRunner,
  createKubernetesApi,
  KubernetesApi,
  type KubernetesApiOptions,
  type KubernetesFactoryOptions,
} from "../index.js";

const api = createKubernetesApi("main");

// A client is the SDK's own class.
expectTypeOf(api.client(CoreV1Api)).toEqualTypeOf<CoreV1Api>();
expectTypeOf(api.client(BatchV1Api)).toEqualTypeOf<BatchV1Api>();
expectTypeOf(api.client(KubernetesObjectApi)).toEqualTypeOf<KubernetesObjectApi>();
expectTypeOf(api.makeApiClient).toEqualTypeOf<KubeConfig["makeApiClient"]>();
expectTypeOf(api).toExtend<Pick<KubeConfig, "makeApiClient">>();
expectTypeOf(api.client(CoreV1Api).listNamespacedPod).toEqualTypeOf<CoreV1Api["listNamespacedPod"]>();
expectTypeOf(api.client(CoreV1Api).listNamespacedPod({ namespace: "ns" })).resolves.toEqualTypeOf<V1PodList>();

class Ours {
  readonly configuration: Configuration;
  constructor(configuration: Configuration) {
    this.configuration = configuration;
  }
}
expectTypeOf<typeof Ours>().toExtend<ApiConstructor<Ours>>();
expectTypeOf(api.client(Ours)).toEqualTypeOf<Ours>();

// What is ours.
expectTypeOf(createKubernetesApi).returns.toEqualTypeOf<KubernetesApi>();
expectTypeOf(api.hooks).toEqualTypeOf<HookChain>();
expectTypeOf(api.limits).toEqualTypeOf<() => ApiLimits>();
expectTypeOf(api.as).toEqualTypeOf<(caller: Caller) => KubernetesApi>();
expectTypeOf(api.runJob({})).resolves.toEqualTypeOf<V1Job>();
expectTypeOf(createJobRunner(api).run({})).resolves.toEqualTypeOf<V1Job>();

// The SDK's options go by their own names.
type SdkOptions = NonNullable<Parameters<typeof createConfiguration>[0]>;
expectTypeOf<Pick<KubernetesApiOptions, keyof SdkOptions>>().toEqualTypeOf<Pick<SdkOptions, keyof SdkOptions>>();
expectTypeOf<Pick<KubernetesFactoryOptions, keyof SdkOptions>>().toEqualTypeOf<Pick<SdkOptions, keyof SdkOptions>>();

declare const kubeConfig: KubeConfig;
void new KubernetesApi("main");
void new KubernetesApi("main", kubeConfig, { hooks: [], context: "other" });

// @ts-expect-error a cluster is needed
createKubernetesApi();
// @ts-expect-error the cluster comes first
void new KubernetesApi(kubeConfig);
// @ts-expect-error the plain constructor limits nothing
void new KubernetesApi("main", kubeConfig, { redis: "redis://cache" });
// @ts-expect-error options have names that are known
createKubernetesApi("main", { timeOutMs: 1 });
// @ts-expect-error no such strategy
createKubernetesApi("main", { jobs: { strategy: "drop" } });
// @ts-expect-error arguments are checked as before
void api.client(CoreV1Api).listNamespacedPod({});
// @ts-expect-error and so are methods
void api.client(CoreV1Api).listAllPods();
// @ts-expect-error only classes
api.client("CoreV1Api");
// @ts-expect-error the cluster is not changed later
api.cluster = "other";
