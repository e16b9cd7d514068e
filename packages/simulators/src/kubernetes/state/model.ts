/** What every object has. @public */
export interface KubernetesMetadata {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  labels?: Readonly<Record<string, string>>;
  annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** An object of any kind. @public */
export interface KubernetesStoredObject {
  readonly apiVersion: string;
  readonly kind: string;
  metadata: KubernetesMetadata;
  readonly [field: string]: unknown;
}

/** When a job held its place on the cluster. @public */
export interface KubernetesJobRun {
  readonly namespace: string;
  readonly name: string;
  /** Unit: milliseconds of the limit clock. */
  readonly fromMs: number;
  /** Its end, or its deletion. */
  untilMs: number;
}

/** A kind of object that is simulated. */
export interface ResourceKind {
  readonly apiVersion: "v1" | "batch/v1";
  readonly kind: string;
  readonly plural: string;
}

export const namespaceKind: ResourceKind = { apiVersion: "v1", kind: "Namespace", plural: "namespaces" };

/** Kinds that live in namespaces. */
export const kinds: readonly ResourceKind[] = [
  { apiVersion: "v1", kind: "Pod", plural: "pods" },
  { apiVersion: "v1", kind: "ConfigMap", plural: "configmaps" },
  { apiVersion: "v1", kind: "Secret", plural: "secrets" },
  { apiVersion: "batch/v1", kind: "Job", plural: "jobs" },
];

/** The path that a kind's objects are below. */
export function rootOf({ apiVersion }: ResourceKind): string {
  return apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
}
