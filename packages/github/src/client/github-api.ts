import { inspect } from "node:util";
import type { Constructor, OctokitOptions } from "@octokit/core/types";
import { Octokit } from "@octokit/rest";
import { anObject, type Caller, ConfigError, type HookChain, nonEmpty, systemClock, withCaller } from "@sluice/core";
import { type ApiLimits, assemblePlain, type Mode, plainLimits } from "@sluice/kit";
import { installationTokens } from "../installation/installation-tokens.js";
import { isApp, sharingStrategy } from "../installation/sharing-strategy.js";
import { knownOperations } from "../operations/operation.js";
import { readGitHubReply } from "../retry/reply.js";
import { callStage } from "./call-stage.js";
import { type Client, client } from "./client.js";
import { githubRequests } from "./limits/github-requests.js";
import {
  clientParts,
  type ClientParts,
  type GitHubApiOptions,
  type HandedOptions,
  octokitOptions,
  oursOfPlain,
} from "./options.js";
import { rememberingPaginate } from "./pages.js";
import { secretsInAuth } from "./secrets.js";
import { sendThrough } from "./send-through.js";
import { attemptPlugin } from "./attempt-plugin.js";

/**
 * GitHub's `Octokit` with a hook chain: the same methods, types, plugins and errors. Constructed plainly it measures and nothing
 * else; `createGitHubApi` makes one that keeps the account's quota.
 */
export class GitHubApi extends Octokit {
  static override plugins = [attemptPlugin, ...Octokit.plugins];

  /** As Octokit's: a class whose clients begin with these options. The account comes first, as in the constructor. */
  static override defaults<Class extends Constructor<unknown>>(
    this: Class,
    defaults: OctokitOptions | ((options: OctokitOptions) => OctokitOptions),
  ): Class & typeof GitHubApi {
    const Base = this as unknown as typeof GitHubApi;
    return class extends Base {
      constructor(account: string, options: GitHubApiOptions = {}) {
        super(account, typeof defaults === "function" ? defaults(options) : merged(defaults, options));
      }
    } as unknown as Class & typeof GitHubApi;
  }

  /** Whose quota the calls use. */
  readonly account: string;
  /** The hook chain: print it with `describe()`, change it by name. */
  readonly hooks: HookChain;
  readonly #parts: ClientParts;
  readonly #options: GitHubApiOptions;

  /**
   * @throws ConfigError when the account is empty.
   */
  constructor(account: string, options?: GitHubApiOptions);
  constructor(account: string, options: HandedOptions = {}) {
    nonEmpty("account", account, 256);
    anObject("options", options);
    const parts = options[clientParts] ?? plainParts(account, options);
    const own = clientFor(account, options, parts);
    super({ ...octokitOptions(options, oursOfPlain), ...shared(options, own), [client]: own } as OctokitOptions);
    this.account = account;
    this.hooks = parts.chain;
    this.#parts = parts;
    this.#options = options;
    this.hook.wrap("request", callStage(own));
    this.paginate = rememberingPaginate(this.paginate, this.request.endpoint.DEFAULTS.baseUrl);
  }

  /** The same client acting on behalf of a caller; it shares everything with this one. */
  as(caller: Caller): this {
    const Own = this.constructor as new (account: string, options: HandedOptions) => this;
    // Its requests go out through this client, which alone authenticates.
    const { auth: _auth, authStrategy: _strategy, ...options } = this.#options;
    const other = new Own(this.account, { ...options, [clientParts]: this.#parts });
    sendThrough(other, this, (send) => withCaller(caller, send));
    return other;
  }

  /** Whether limits are enforced, only recorded or ignored; may be changed at any time. A plain client has none to enforce. */
  get mode(): Mode {
    return this.#parts.mode.get();
  }

  set mode(mode: Mode) {
    this.#parts.mode.set(mode);
  }

  /** The limits, to be asked: what is charged, how full, who waits, and which limits a request passes. */
  limits(): ApiLimits {
    return this.#parts.limits(this);
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
    return { account: this.account, baseUrl: this.request.endpoint.DEFAULTS.baseUrl };
  }

  [inspect.custom](): string {
    return `GitHubApi ${inspect(this.toJSON())}`;
  }
}

function clientFor(account: string, options: GitHubApiOptions, parts: ClientParts): Client {
  const auth: unknown = options.auth;
  const shares = parts.tokens !== undefined && isApp(options.authStrategy, auth);
  return {
    account,
    parts,
    authenticates: auth !== undefined || options.authStrategy !== undefined,
    secrets: secretsInAuth(auth),
    installation:
      isApp(options.authStrategy, auth) && (auth as { installationId?: unknown }).installationId !== undefined,
    installations:
      shares && parts.tokens !== undefined
        ? installationTokens({
            tokens: parts.tokens,
            secret: auth.privateKey,
            appId: auth.appId,
            clock: parts.clock ?? systemClock,
          })
        : undefined,
  };
}

/** The strategy that shares its tokens, where there are any to share. */
function shared({ authStrategy }: GitHubApiOptions, { installations }: Client): OctokitOptions {
  return installations === undefined ? {} : { authStrategy: sharingStrategy(authStrategy, installations) };
}

/** As Octokit merges them. */
function merged(defaults: OctokitOptions, options: OctokitOptions): OctokitOptions {
  const agents = options.userAgent !== undefined && defaults.userAgent !== undefined;
  return { ...defaults, ...options, ...(agents ? { userAgent: `${options.userAgent} ${defaults.userAgent}` } : {}) };
}

function plainParts(account: string, options: GitHubApiOptions): ClientParts {
  return {
    chain: assemblePlain(options, { provider: "github", knownOperations, reply: readGitHubReply }),
    timeoutMs: Number.POSITIVE_INFINITY,
    mode: {
      get: () => "disabled",
      set: (value) => {
        if (value !== "disabled")
          throw new ConfigError({
            option: "mode",
            accepted: '"disabled" on a plain client; createGitHubApi makes one with limits',
            value,
          });
      },
    },
    limits: (made) => plainLimits({ provider: "github", factory: "createGitHubApi", ...githubRequests(account, made) }),
    close: async () => {},
    clock: undefined,
    tokens: undefined,
  };
}
