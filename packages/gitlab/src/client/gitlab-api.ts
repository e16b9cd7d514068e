import { inspect } from "node:util";
import { Gitlab } from "@gitbeaker/rest";
import { anObject, type Caller, ConfigError, type HookChain, nonEmpty } from "@sluice/core";
import { type ApiLimits, assemblePlain, type Mode, plainLimits } from "@sluice/kit";
import { operationsOf } from "../operations/operation.js";
import { gitlabRequests } from "./limits/gitlab-requests.js";
import { onBehalfOf, resourcesOf, wrapMethods } from "./methods.js";
import {
  type FactoryParts,
  factoryParts,
  type GitLabApiOptions,
  type HandedOptions,
  type MakeParts,
  sdkOptions,
} from "./options.js";
import { createRequester } from "./requester.js";

/**
 * gitbeaker's `Gitlab` with a hook chain: the same resources, methods, types and errors. Constructed plainly it measures and nothing
 * else; `createGitLabApi` makes one that keeps the user's quota.
 */
export class GitLabApi<C extends boolean = false> extends Gitlab<C> {
  /** Whose quota the calls use. */
  readonly account: string;
  /** The hook chain: print it with `describe()`, change it by name. */
  readonly hooks: HookChain;

  /**
   * @throws ConfigError when the account is empty, or a `requesterFn` is given, which is ours.
   */
  constructor(account: string, options?: GitLabApiOptions<C>);
  constructor(account: string, options: HandedOptions<C> = {}) {
    nonEmpty("account", account, 256);
    anObject("options", options);
    let parts: FactoryParts | undefined;
    const { profileToken, profileMode, ...sdk } = sdkOptions(options);
    super({
      ...sdk,
      requesterFn: createRequester({
        account,
        parts: () => parts as FactoryParts,
        hiddenHeaders: profileHeaders(profileToken, profileMode),
      }),
    });
    wrapMethods(this);
    const makeParts = options[factoryParts] ?? plainParts(account, options);
    parts = makeParts(operationsOf(this));
    partsOf.set(this, parts);
    this.account = account;
    this.hooks = parts.chain;
  }

  /** The same client acting on behalf of a caller; it shares chain and limits with this one. */
  as(caller: Caller): GitLabApi<C> {
    const other = onBehalfOf(this, caller);
    for (const [name, resource] of resourcesOf(this)) Reflect.set(other, name, onBehalfOf(resource, caller));
    partsOf.set(other, own(this));
    return other;
  }

  /** Whether limits are enforced, only recorded or ignored; may be changed at any time. A plain client has none to enforce. */
  get mode(): Mode {
    return own(this).mode.get();
  }

  set mode(mode: Mode) {
    own(this).mode.set(mode);
  }

  /** The limits, to be asked: what is charged, how full, who waits, and which limits a method passes. */
  limits(): ApiLimits {
    return own(this).limits(this);
  }

  /** Fails what waits for the limiter, and gives up the store. Plain clients hold nothing. */
  close(): Promise<void> {
    return own(this).close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What may be shown of a client. */
  toJSON(): object {
    return { account: this.account, url: this.url };
  }

  [inspect.custom](): string {
    return `GitLabApi ${inspect(this.toJSON())}`;
  }
}

/** Not fields: a client made by `as` is a view of another, which no constructor has seen. */
const partsOf = new WeakMap<object, FactoryParts>();

function own(client: object): FactoryParts {
  const parts = partsOf.get(client);
  if (parts === undefined) throw new TypeError("not a GitLabApi");
  return parts;
}

/** The SDK would keep them on each of its resources, for every inspection to show. */
function profileHeaders(token: string | undefined, mode = "execution"): Record<string, string> {
  return token === undefined || token === "" ? {} : { "X-Profile-Token": token, "X-Profile-Mode": mode };
}

function plainParts<C extends boolean>(account: string, options: GitLabApiOptions<C>): MakeParts {
  return (knownOperations) => ({
    chain: assemblePlain(options, { provider: "gitlab", knownOperations }),
    timeoutMs: Number.POSITIVE_INFINITY,
    attemptTimeoutMs: 0,
    sdkRetries: true,
    mode: {
      get: () => "disabled",
      set: (value) => {
        if (value !== "disabled")
          throw new ConfigError({
            option: "mode",
            accepted: '"disabled" on a plain client; createGitLabApi makes one with limits',
            value,
          });
      },
    },
    limits: (client) =>
      plainLimits({ provider: "gitlab", factory: "createGitLabApi", ...gitlabRequests(account, client) }),
    close: async () => {},
  });
}
