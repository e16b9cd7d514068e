import { inspect } from "node:util";
import {
  type ApiConstructor,
  type ApiType,
  type Configuration,
  type KubeConfig,
  KubernetesObjectApi,
  type V1Job,
} from "@kubernetes/client-node";
import { anObject, type Caller, currentContext, type HookChain, nonEmpty, runCall, scrubSecrets } from "@sluice/core";
import type { ApiLimits, Mode } from "@sluice/kit";
import { createJobRunner } from "../jobs/create-job-runner.js";
import type { JobRunner } from "../jobs/job-runner.js";
import type { RunJobOptions } from "../jobs/options.js";
import { type Sender, throughChain } from "./attempts.js";
import { authenticationOf } from "./authentication.js";
import { configurationOf } from "./configuration.js";
import { currentLogicalCall, takeMark, within } from "./logical-call.js";
import {
  type Behalf,
  type FactoryParts,
  factoryParts,
  type HandedOptions,
  type KubernetesApiOptions,
  onBehalfOf,
} from "./options.js";
import { keepParts } from "./parts-of.js";
import { plainParts } from "./plain-parts.js";
import { secretsInArguments } from "./secrets-in.js";
import { type MethodCall, wrapApi } from "./wrap-api.js";

/**
 * The API of a cluster, by the SDK's own classes with a hook chain in them: the same methods, types and errors. Constructed plainly it
 * measures and nothing else; `createKubernetesApi` makes one that keeps its rate together with the fleet.
 */
export class KubernetesApi {
  /** Names the cluster whose rate the calls share. */
  readonly cluster: string;
  /** The hook chain: print it with `describe()`, change it by name. */
  readonly hooks: HookChain;
  readonly #parts: FactoryParts;
  readonly #sender: Sender;
  readonly #configuration: Configuration;
  readonly #behalf: Behalf | undefined;
  readonly #again: (caller: Caller) => KubernetesApi;
  readonly #clients = new Map<unknown, object>();
  #runner: JobRunner | undefined;

  /**
   * @param kubeConfig - default: what the SDK's `loadFromDefault` finds, read on first use.
   * @throws ConfigError when the cluster is empty, or the kubeconfig has no cluster.
   */
  constructor(cluster: string, kubeConfig?: KubeConfig, options?: KubernetesApiOptions);
  constructor(cluster: string, kubeConfig?: KubeConfig, options: HandedOptions = {}) {
    nonEmpty("cluster", cluster, 256);
    anObject("options", options);
    const parts = options[factoryParts] ?? plainParts(cluster, kubeConfig, options);
    this.cluster = cluster;
    this.hooks = parts.chain;
    this.#parts = parts;
    this.#behalf = options[onBehalfOf];
    this.#sender = {
      chain: parts.chain,
      cluster,
      authentication: authenticationOf(parts.kubeConfig, options.authMethods?.default, parts.clock),
      takesOver: parts.takesOver,
      clock: parts.clock,
    };
    this.#configuration = configurationOf(parts.kubeConfig, this.#sender, options);
    keepParts(this, parts);
    this.#again = (caller) => {
      const handed: HandedOptions = {
        ...options,
        [factoryParts]: parts,
        [onBehalfOf]: { caller: { ...this.#behalf?.caller, ...caller }, root: this.#behalf?.root ?? this },
      };
      return new KubernetesApi(cluster, kubeConfig, handed);
    };
  }

  /** The SDK's client of a class, `CoreV1Api` for one; always the same instance. */
  client<Client extends ApiType>(type: ApiConstructor<Client>): Client {
    const held = this.#clients.get(type);
    if (held !== undefined) return held as Client;
    const made = new type(this.#configuration);
    if (made instanceof KubernetesObjectApi) setDefaultNamespace(made, this.#parts.kubeConfig());
    wrapApi(
      made,
      (owner, method, invoke) => this.#call(owner, method, invoke),
      (library) => throughChain(this.#sender, library),
    );
    this.#clients.set(type, made);
    return made;
  }

  /** `client` by the name that `KubeConfig` has for it, so that one may stand in for the other. */
  makeApiClient<Client extends ApiType>(type: ApiConstructor<Client>): Client {
    return this.client(type);
  }

  /**
   * Creates a job and waits until it is complete, with at most so many jobs at a time in the whole fleet; see the option `jobs`. A
   * runner with other limits is made by `createJobRunner`.
   *
   * @returns the job as it was when complete.
   * @throws JobFailedError when the job failed, BackingOffError when it did so lately, LimitExceededError or QueueFullError when
   * as many run or wait as may, ConfigError on a plain client.
   */
  async runJob(job: V1Job, options: RunJobOptions = {}): Promise<V1Job> {
    const { root, caller } = this.#behalf ?? { root: this, caller: undefined };
    root.#runner ??= createJobRunner(root, this.#parts.jobs);
    return root.#runner.run(
      job,
      caller === undefined ? options : { ...options, caller: { ...caller, ...options.caller } },
    );
  }

  /** The same API on behalf of a caller; it shares chain and limits with this one. */
  as(caller: Caller): KubernetesApi {
    return this.#again(caller);
  }

  /** Whether limits are enforced, only recorded or ignored; may be changed at any time. A plain client has none to enforce. */
  get mode(): Mode {
    return this.#parts.mode.get();
  }

  set mode(mode: Mode) {
    this.#parts.mode.set(mode);
  }

  /** The limits, to be asked: what is charged, how full, who waits, and which limits a method passes. */
  limits(): ApiLimits {
    return this.#parts.limits();
  }

  /** Fails what waits for the limiter, and gives up the store. Plain clients hold nothing. */
  async close(): Promise<void> {
    (this.#behalf?.root ?? this).#runner?.close();
    await this.#parts.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What may be shown of a client: never its credentials. */
  toJSON(): object {
    return { cluster: this.cluster };
  }

  [inspect.custom](): string {
    return `KubernetesApi ${inspect(this.toJSON())}`;
  }

  /** A method of the SDK as a call, or as a step of the one it belongs to. */
  #call(owner: object, { operation, verb, composite, args }: MethodCall, invoke: () => unknown): Promise<unknown> {
    const outer = currentLogicalCall();
    if (outer?.owner === owner) return Promise.resolve(invoke());
    const { timeoutMs, clock } = this.#parts;
    const caller = this.#behalf?.caller;
    const request = {
      provider: "kubernetes",
      account: this.cluster,
      operation,
      verb,
      caller: caller === undefined ? undefined : { ...currentContext().caller, ...caller },
      args: args[0],
      timeoutMs,
      ...(clock === undefined ? {} : { clock }),
    };
    const secrets = new Set(secretsInArguments(operation, args));
    return takeMark((isRepeatable) =>
      runCall(this.hooks, isRepeatable ? { ...request, idempotent: true } : request, (call) =>
        within({ owner, call, composite, secrets }, async () => invoke()).catch((error: unknown) => {
          throw scrubSecrets(error, [...secrets], call.signal.reason);
        }),
      ),
    );
  }
}

/** As the SDK's own maker of this class does; the method is protected there. */
function setDefaultNamespace(client: KubernetesObjectApi, kubeConfig: KubeConfig): void {
  const set: unknown = Reflect.get(client, "setDefaultNamespace");
  if (typeof set === "function") Reflect.apply(set, client, [kubeConfig]);
}
