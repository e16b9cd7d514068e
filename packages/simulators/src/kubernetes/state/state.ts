import { createHash } from "node:crypto";
import type { KubernetesSimulatorConfig } from "../options.js";
import { alreadyExists, conflict, invalid, notFound } from "../status.js";
import { createJobClock } from "./job-clock.js";
import { type KubernetesStoredObject, kinds, namespaceKind, type ResourceKind } from "./model.js";

/** What the simulated cluster holds, open for assertions. @public */
export interface KubernetesState {
  /** Names of the namespaces. */
  readonly namespaces: readonly string[];
  /** The objects of a kind by its plural, `jobs`; of one namespace, or of all. */
  objects(plural: string, namespace?: string): readonly KubernetesStoredObject[];
  /** Jobs that hold a place now: created, and neither ended nor deleted. */
  activeJobs(namespace?: string): number;
  /** The most jobs that ever held a place at a time. */
  mostActiveJobs(namespace?: string): number;
}

/** The state with what is needed to change it. */
export interface WritableKubernetesState extends KubernetesState {
  readonly resourceVersion: string;
  list(kind: ResourceKind, namespace: string | undefined): readonly KubernetesStoredObject[];
  read(kind: ResourceKind, namespace: string, name: string): KubernetesStoredObject;
  create(kind: ResourceKind, namespace: string, given: Readonly<Record<string, unknown>>): KubernetesStoredObject;
  replace(
    kind: ResourceKind,
    namespace: string,
    name: string,
    given: Readonly<Record<string, unknown>>,
  ): KubernetesStoredObject;
  remove(kind: ResourceKind, namespace: string, name: string): KubernetesStoredObject;
}

/** Namespaces lie in none: they are kept under this name. */
const CLUSTER = "";
const letters = "bcdfghjklmnpqrstvwxz2456789";
const goodName = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;

export function createKubernetesState(config: KubernetesSimulatorConfig): WritableKubernetesState {
  const jobs = createJobClock(config);
  const tables = new Map<string, Map<string, KubernetesStoredObject>>();
  let version = 1000;
  let made = 0;
  const tableOf = ({ plural }: ResourceKind): Map<string, KubernetesStoredObject> => {
    const table = tables.get(plural) ?? new Map<string, KubernetesStoredObject>();
    tables.set(plural, table);
    return table;
  };
  const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;
  const seen = (kind: ResourceKind, object: KubernetesStoredObject): KubernetesStoredObject =>
    kind.kind === "Job" ? jobs.withStatus(object) : object;
  const store = (
    kind: ResourceKind,
    namespace: string,
    name: string,
    given: Readonly<Record<string, unknown>>,
    kept: Pick<KubernetesStoredObject["metadata"], "uid" | "creationTimestamp">,
  ): KubernetesStoredObject => {
    version += 1;
    const place = namespace === CLUSTER ? {} : { namespace };
    const { apiVersion } = kind;
    const own = { ...kept, name, ...place, resourceVersion: String(version) };
    const object = { ...given, apiVersion, kind: kind.kind, metadata: { ...metadataOf(given), ...own } };
    tableOf(kind).set(keyOf(namespace, name), object);
    return object;
  };

  const state: WritableKubernetesState = {
    get resourceVersion() {
      return String(version);
    },
    get namespaces() {
      return [...tableOf(namespaceKind).values()].map(({ metadata }) => metadata.name);
    },
    objects(plural, namespace) {
      const kind = [...kinds, namespaceKind].find((one) => one.plural === plural);
      if (kind === undefined) throw new RangeError(`plural must be one of those that are simulated, got ${plural}`);
      return state.list(kind, namespace);
    },
    activeJobs: (namespace) => jobs.active(namespace),
    mostActiveJobs: (namespace) => jobs.most(namespace),
    list(kind, namespace) {
      const all = [...tableOf(kind).entries()].toSorted(([one], [other]) => (one < other ? -1 : 1));
      return all
        .filter(([, { metadata }]) => namespace === undefined || metadata.namespace === namespace)
        .map(([, object]) => seen(kind, object));
    },
    read(kind, namespace, name) {
      const found = tableOf(kind).get(keyOf(namespace, name));
      if (found === undefined) throw notFound(kind.plural, name);
      return seen(kind, found);
    },
    create(kind, namespace, given) {
      made += 1;
      const { name: wanted, generateName } = metadataOf(given);
      const name = wanted ?? (generateName === undefined ? undefined : `${generateName}${suffix(made)}`);
      if (name === undefined || !goodName.test(name))
        throw invalid(kind.kind, name ?? "", "metadata.name", "a lowercase DNS subdomain is required");
      if (namespace !== CLUSTER && !tableOf(namespaceKind).has(keyOf(CLUSTER, namespace)))
        throw notFound("namespaces", namespace);
      if (tableOf(kind).has(keyOf(namespace, name))) throw alreadyExists(kind.plural, name);
      const created = new Date(config.wallClock.nowMs()).toISOString().replace(/\.\d+Z$/, "Z");
      const object = store(kind, namespace, name, given, { uid: uidOf(made), creationTimestamp: created });
      if (kind.kind === "Job") jobs.started(object);
      return seen(kind, object);
    },
    replace(kind, namespace, name, given) {
      const { metadata } = state.read(kind, namespace, name);
      const { resourceVersion } = metadataOf(given);
      if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
        throw conflict(kind.plural, name);
      const { uid, creationTimestamp } = metadata;
      return seen(kind, store(kind, namespace, name, given, { uid, creationTimestamp }));
    },
    remove(kind, namespace, name) {
      const found = state.read(kind, namespace, name);
      version += 1;
      tableOf(kind).delete(keyOf(namespace, name));
      if (kind.kind === "Job") jobs.deleted(found);
      if (kind === namespaceKind) empty(state, name);
      return found;
    },
  };
  for (const namespace of config.namespaces) {
    state.create(namespaceKind, CLUSTER, { metadata: { name: namespace }, status: { phase: "Active" } });
    fillPods(state, namespace, config.pods);
  }
  return state;
}

function fillPods(state: WritableKubernetesState, namespace: string, count: number): void {
  const pods = kinds.find(({ kind }) => kind === "Pod");
  if (pods === undefined) return;
  for (let n = 0; n < count; n += 1) {
    const metadata = { name: `pod-${n}`, labels: { app: `app-${n % 3}` } };
    state.create(pods, namespace, { metadata, status: { phase: "Running" } });
  }
}

/** With a namespace goes what is in it. */
function empty(state: WritableKubernetesState, namespace: string): void {
  for (const kind of kinds)
    for (const { metadata } of state.list(kind, namespace)) state.remove(kind, namespace, metadata.name);
}

interface GivenMetadata {
  readonly name?: string;
  readonly generateName?: string;
  readonly resourceVersion?: string;
}

function metadataOf({ metadata }: Readonly<Record<string, unknown>>): GivenMetadata {
  return typeof metadata === "object" && metadata !== null ? metadata : {};
}

function suffix(number: number): string {
  const digits = createHash("sha1").update(String(number)).digest().subarray(0, 5);
  return [...digits].map((digit) => letters[digit % letters.length] ?? "").join("");
}

function uidOf(number: number): string {
  const hex = createHash("sha1").update(`uid ${number}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
