import { AsyncResource } from "node:async_hooks";
import { inspect } from "node:util";
import {
  type FilesUploadV2Arguments,
  type Logger,
  type WebAPICallResult,
  WebClient,
  WebClientEvent,
} from "@slack/web-api";
import {
  anObject,
  type Caller,
  ConfigError,
  currentContext,
  type HookChain,
  nonEmpty,
  runCall,
  scrubSecrets,
} from "@sluice/core";
import { type ApiLimits, assemblePlain, type Mode, plainLimits } from "@sluice/kit";
import { accessOf } from "../operations/access.js";
import { isKnown, knownOperations, operationOf } from "../operations/operation.js";
import { accountOf } from "./account.js";
import { createAttempts } from "./attempts.js";
import { bareError } from "./bare-error.js";
import { hideSecrets } from "./hide-secrets.js";
import { withoutSecrets } from "./scrub-log.js";
import { secretsIn, secretsInArguments } from "./secrets-in.js";
import { slackOperations, slackRequests } from "./limits/slack-requests.js";
import { currentLogicalCall, within } from "./logical-call.js";
import {
  type FactoryParts,
  factoryParts,
  type HandedOptions,
  onBehalfOf,
  sdkOptions,
  type SlackApiOptions,
} from "./options.js";

/**
 * Slack's `WebClient` with a hook chain: the same methods, types, events and errors. Constructed plainly it measures and
 * nothing else; `createSlackApi` makes one that keeps the workspace's quota.
 */
export class SlackApi extends WebClient {
  /** Whose quota the calls use. */
  readonly workspace: string;
  /** The hook chain: print it with `describe()`, change it by name. */
  readonly hooks: HookChain;
  readonly #parts: FactoryParts;
  readonly #caller: Caller | undefined;
  readonly #secrets: readonly string[];
  readonly #again: (caller: Caller) => SlackApi;

  /**
   * @throws ConfigError when the workspace is empty.
   */
  constructor(workspace: string, token?: string, options?: SlackApiOptions);
  constructor(workspace: string, token?: string, options: HandedOptions = {}) {
    nonEmpty("workspace", workspace, 256);
    anObject("options", options);
    const parts = options[factoryParts] ?? plainParts(workspace, token, options);
    const sdk = sdkOptions(options);
    const events: {
      emit?: (seconds: number, request: { url: string; args: Readonly<Record<string, unknown>> }) => void;
    } = {};
    super(token, {
      ...sdk,
      fetch: createAttempts({
        chain: parts.chain,
        workspace,
        slackApiUrl: withSlash(options.slackApiUrl ?? "https://slack.com/api/"),
        fetch: options.fetch,
        attemptTimeoutMs: parts.attemptTimeoutMs,
        unknownIsIdempotent: parts.unknownIsIdempotent,
        sdkRetries: parts.sdkRetries,
        clock: parts.clock,
        onRateLimited: (seconds, request) => events.emit?.(seconds, request),
      }),
    });
    this.#secrets = [token ?? "", ...secretsIn(options.headers)].filter((secret) => secret !== "");
    this.workspace = workspace;
    this.hooks = parts.chain;
    this.#parts = parts;
    this.#caller = options[onBehalfOf];
    this.#again = (caller) => {
      const handed: HandedOptions = {
        ...options,
        [factoryParts]: parts,
        [onBehalfOf]: { ...this.#caller, ...caller },
      };
      const other = new SlackApi(workspace, token, handed);
      // One cap on requests in flight for both.
      Reflect.set(other, "requestQueue", Reflect.get(this, "requestQueue"));
      other.on(WebClientEvent.RATE_LIMITED, (...told: unknown[]) => this.emit(WebClientEvent.RATE_LIMITED, ...told));
      return other;
    };
    events.emit = (seconds, { url, args }) => {
      const body: Record<string, unknown> = { team_id: options.teamId, ...args };
      // The one method whose token the SDK takes out of the body.
      if (url.endsWith("/apps.event.authorizations.list")) body["token"] = undefined;
      this.emit(WebClientEvent.RATE_LIMITED, seconds, { url, body });
    };
    keepContexts(this);
    Reflect.set(
      this,
      "logger",
      withoutSecrets(Reflect.get(this, "logger") as Logger, () => currentLogicalCall()?.secrets ?? this.#secrets),
    );
    hideSecrets(this);
  }

  /** Calls a method by its name. */
  override apiCall(method: string, options: Record<string, unknown> = {}): Promise<WebAPICallResult> {
    if (method === "files.uploadV2") return this.filesUploadV2(options as unknown as FilesUploadV2Arguments);
    const outer = currentLogicalCall();
    // A step of an upload is part of its call.
    if (outer?.composite === true && outer.owner === this)
      return within({ ...outer, method, args: options }, () => super.apiCall(method, options));
    return this.#call(method, options, false, () => super.apiCall(method, options));
  }

  /** Uploads files: one logical call of at least three requests. */
  override filesUploadV2(options: FilesUploadV2Arguments): ReturnType<WebClient["filesUploadV2"]> {
    return this.#call("files.uploadV2", options as unknown as Record<string, unknown>, true, () =>
      super.filesUploadV2(options),
    );
  }

  /** The same client acting on behalf of a caller; it shares chain, limits and events with this one. */
  as(caller: Caller): SlackApi {
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
  close(): Promise<void> {
    return this.#parts.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What may be shown of a client: never its token. */
  toJSON(): object {
    return { workspace: this.workspace, slackApiUrl: this.slackApiUrl };
  }

  [inspect.custom](): string {
    return `SlackApi ${inspect(this.toJSON())}`;
  }

  #call<Result>(
    method: string,
    args: Record<string, unknown>,
    composite: boolean,
    invoke: () => Promise<Result>,
  ): Promise<Result> {
    const callToken: unknown = (args as { token?: unknown } | null)?.token;
    const request = {
      provider: "slack",
      account: accountOf(this.workspace, this.token, callToken),
      operation: operationOf(method),
      verb: "POST",
      access: accessOf(method),
      idempotent: accessOf(method) === "read" || (this.#parts.unknownIsIdempotent && !isKnown(method)),
      caller: this.#caller === undefined ? undefined : { ...currentContext().caller, ...this.#caller },
      args,
      timeoutMs: this.#parts.timeoutMs,
      ...(this.#parts.clock === undefined ? {} : { clock: this.#parts.clock }),
    } as const;
    const secrets = [...this.#secrets, ...secretsInArguments(args)];
    return runCall(this.hooks, request, (call) =>
      within({ owner: this, call, method, args, composite, secrets }, invoke).catch((error: unknown) => {
        throw scrubSecrets(bareError(error, call.signal), secrets, call.signal.reason);
      }),
    );
  }
}

function plainParts(workspace: string, token: string | undefined, options: SlackApiOptions): FactoryParts {
  return {
    chain: assemblePlain(options, { provider: "slack", knownOperations }),
    timeoutMs: Number.POSITIVE_INFINITY,
    attemptTimeoutMs: 0,
    unknownIsIdempotent: false,
    sdkRetries: true,
    mode: {
      get: () => "disabled",
      set: (value) => {
        if (value !== "disabled")
          throw new ConfigError({
            option: "mode",
            accepted: '"disabled" on a plain client; createSlackApi makes one with limits',
            value,
          });
      },
    },
    limits: () =>
      plainLimits({
        provider: "slack",
        account: workspace,
        factory: "createSlackApi",
        operations: slackOperations,
        requests: slackRequests(workspace, token),
      }),
    close: async () => {},
  };
}

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}

/**
 * The SDK's queue runs a task in the context of whichever one made room for it, so calls would take each other's names. Each
 * task is bound to the context it was added in.
 */
function keepContexts(client: WebClient): void {
  const queue: unknown = Reflect.get(client, "requestQueue");
  if (typeof queue !== "object" || queue === null) return;
  const add: unknown = Reflect.get(queue, "add");
  if (typeof add !== "function") return;
  Reflect.set(queue, "add", (task: (...args: unknown[]) => unknown, ...rest: unknown[]): unknown =>
    Reflect.apply(add, queue, [AsyncResource.bind(task), ...rest]),
  );
}
