import type { createConfiguration, KubeConfig } from "@kubernetes/client-node";
import type { Caller, Clock, HookChain, Random } from "@sluice/core";
import type { ApiLimits, ApiOptions, Environment, Mode } from "@sluice/kit";
import type { Limiter, Quota } from "@sluice/limiter";
import type { JobRunnerOptions } from "../jobs/options.js";
import type { KubernetesQuotaOptions } from "../quota/options.js";
import type { KubernetesApi } from "./kubernetes-api.js";

/** What the SDK's `createConfiguration` takes: a name for a type that the SDK does not export. */
export type KubernetesSdkOptions = NonNullable<Parameters<typeof createConfiguration>[0]>;

/** What the plain constructor takes beside the kubeconfig: the SDK's options, and where metrics and hooks go. */
export interface KubernetesApiOptions
  extends KubernetesSdkOptions, Pick<ApiOptions, "registry" | "hooks" | "onHookError"> {
  /** The context of the kubeconfig to use. @defaultValue its current context */
  readonly context?: string | undefined;
}

/** What the factory takes: the SDK's options under their own names, and ours. */
export interface KubernetesFactoryOptions extends KubernetesSdkOptions, ApiOptions {
  /**
   * Where the cluster is, and who calls it.
   *
   * @defaultValue read on first use: the files that `KUBECONFIG_<CLUSTER>` names, else what the SDK's `loadFromDefault` finds
   * (`KUBECONFIG`, the home folder, the service account of a pod)
   */
  readonly kubeConfig?: KubeConfig | undefined;
  /** The context of the kubeconfig to use. @defaultValue its current context */
  readonly context?: string | undefined;
  /**
   * Names the user whose requests share one rate, when several users of a cluster have rates of their own.
   *
   * @defaultValue one rate for all that call the cluster
   */
  readonly identity?: string | undefined;
  /** Rate of requests, or a quota of your own. */
  readonly quota?: KubernetesQuotaOptions | Quota | undefined;
  /** How `runJob` runs jobs. */
  readonly jobs?: JobRunnerOptions | undefined;
  /** @defaultValue `process.env` */
  readonly env?: Environment | undefined;
}

/** What the factory hands to the class. Not for users: it goes by a symbol. */
export interface FactoryParts {
  readonly chain: HookChain;
  readonly timeoutMs: number;
  /** Whether waits and ends of calls are ours and not the SDK's. */
  readonly takesOver: boolean;
  readonly kubeConfig: () => KubeConfig;
  readonly mode: { readonly get: () => Mode; readonly set: (mode: Mode) => void };
  readonly limits: () => ApiLimits;
  readonly close: () => Promise<void>;
  /** The limiter of the cluster's places for jobs; a plain client has none. */
  readonly limiter?: (() => Limiter) | undefined;
  readonly jobs?: JobRunnerOptions | undefined;
  readonly env: Environment;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

export const factoryParts = Symbol("kubernetes.factoryParts");
/** Names on whose behalf a client made by `as` acts, and the client whose jobs it shares. */
export const onBehalfOf = Symbol("kubernetes.onBehalfOf");

/** The options of the class with what the factory and `as` hand to it. */
export interface HandedOptions extends KubernetesApiOptions {
  readonly [factoryParts]?: FactoryParts;
  readonly [onBehalfOf]?: Behalf;
}

/** On whose behalf a client acts. */
export interface Behalf {
  readonly caller: Caller;
  readonly root: KubernetesApi;
}
