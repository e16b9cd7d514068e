import { inspect } from "node:util";
import KcAdminClient from "@keycloak/keycloak-admin-client";
import {
  anObject,
  type Caller,
  ConfigError,
  currentContext,
  type HookChain,
  nonEmpty,
  runCall,
  scrubSecrets,
  sleep,
  systemClock,
  systemRandom,
} from "@sluice/core";
import type { ApiLimits, Mode } from "@sluice/kit";
import type { Credentials } from "../auth/credentials.js";
import { login, verbOf } from "../operations/operation.js";
import type { Sender } from "./attempts.js";
import { hideSecrets } from "./hide-secrets.js";
import { currentLogicalCall, inContext, outside } from "./logical-call.js";
import { logicalCall, runLogin } from "./login-call.js";
import type { MethodCall } from "./method.js";
import {
  type Behalf,
  type FactoryParts,
  factoryParts,
  type HandedOptions,
  type KeycloakApiOptions,
  onBehalfOf,
  sdkOptions,
  type TokenProvider,
} from "./options.js";
import { plainParts } from "./plain-parts.js";
import { holdFetch, withScopedFetch } from "./scoped-fetch.js";
import { secretsIn } from "./secrets-in.js";
import { isResource, wrapResource } from "./wrap-resource.js";

/**
 * Keycloak's admin client with a hook chain: the same methods, types and errors. Constructed plainly it measures and nothing else;
 * `createKeycloakApi` makes one that keeps its rates together with the fleet.
 */
export class KeycloakApi extends KcAdminClient {
  /** Names the server whose rates the calls share. */
  readonly account: string;
  /** The hook chain: print it with `describe()`, change it by name. */
  readonly hooks: HookChain;
  readonly #parts: FactoryParts;
  readonly #sender: Sender;
  readonly #behalf: Behalf | undefined;
  #hasProvider = false;
  #refreshing: Promise<string | undefined> | undefined;

  /** @throws ConfigError when the account is empty. */
  constructor(account: string, options?: KeycloakApiOptions);
  constructor(account: string, options: HandedOptions = {}) {
    nonEmpty("account", account, 256);
    anObject("options", options);
    super(sdkOptions(options));
    const parts = options[factoryParts] ?? plainParts(account, options);
    this.account = account;
    this.hooks = parts.chain;
    this.#parts = parts;
    this.#behalf = options[onBehalfOf];
    this.#sender = {
      chain: parts.chain,
      attemptTimeoutMs: () => (parts.takesOver && this.timeout ? this.timeout : undefined),
      forget: (token) => parts.session?.forget(token),
      clock: parts.clock,
    };
    for (const [name, value] of Object.entries(this)) {
      if (isResource(value))
        wrapResource(value, name, (method, invoke) => this.#call(method, invoke), !parts.takesOver);
    }
    hideSecrets(this);
  }

  /** Logs in with these credentials, in place of any that the client was made with. */
  override async auth(credentials: Credentials): Promise<void> {
    const { grantType, clientId } = credentials ?? {};
    await this.#call({ operation: login, args: [{ grantType, clientId }] }, () => super.auth(credentials), credentials);
  }

  /** What the next request is sent with: the user's own token or provider, else the client's own login. */
  override async getAccessToken(): Promise<string | undefined> {
    const root = this.#behalf?.root;
    const own = this.#hasProvider || this.accessToken !== undefined;
    if (root !== undefined && !own) return root.getAccessToken();
    const token = own || !this.#parts.takesOver ? this.#sdkToken() : this.#sessionToken();
    return token.finally(holdFetch);
  }

  override registerTokenProvider(provider: TokenProvider): void {
    // Its own requests are not the client's.
    super.registerTokenProvider({ getAccessToken: () => outside(() => provider.getAccessToken()) });
    this.#hasProvider = true;
  }

  /**
   * The same client acting on behalf of a caller; it shares chain, limits and login with this one. It begins with the settings that this
   * one has now.
   */
  as(caller: Caller): KeycloakApi {
    const { baseUrl, realmName, timeout, enableExperimentalApis } = this;
    const [requestOptions, requestArgOptions] = [this.getRequestOptions(), this.getGlobalRequestArgOptions()];
    const handed: HandedOptions = {
      baseUrl,
      realmName,
      enableExperimentalApis,
      ...(timeout === undefined ? {} : { timeout }),
      ...(requestOptions === undefined ? {} : { requestOptions }),
      ...(requestArgOptions === undefined ? {} : { requestArgOptions }),
      [factoryParts]: this.#parts,
      [onBehalfOf]: { caller: { ...this.#behalf?.caller, ...caller }, root: this.#behalf?.root ?? this },
    };
    const other = new KeycloakApi(this.account, handed);
    if (this.scope !== undefined) other.scope = this.scope;
    return other;
  }

  /**
   * Waits a random time, uniform up to `reconcileJitterMs`, and says how long it was. For each resource before it is first looked at, so
   * that a restart does not begin with all of them at once. A plain client does not wait.
   *
   * @returns milliseconds.
   * @throws the signal's own reason.
   */
  async startupJitter(options: { readonly signal?: AbortSignal } = {}): Promise<number> {
    const { jitterMs, random = systemRandom, clock = systemClock } = this.#parts;
    const delayMs = random() * jitterMs;
    options.signal?.throwIfAborted();
    if (delayMs > 0) await sleep(delayMs, options.signal, clock);
    return delayMs;
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
    return this.#parts.limits(this.#behalf?.caller);
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
    return { account: this.account, baseUrl: this.baseUrl, realmName: this.realmName };
  }

  [inspect.custom](): string {
    return `KeycloakApi ${inspect(this.toJSON())}`;
  }

  /** A method of the SDK as a call, or as a step of the one it belongs to. */
  #call(
    { operation, verb = verbOf(operation), args }: MethodCall,
    invoke: () => unknown,
    secret?: object,
  ): Promise<unknown> {
    const outer = currentLogicalCall();
    if (outer?.owner === this) return inContext({ ...outer, operation }, async () => invoke());
    const { timeoutMs, clock } = this.#parts;
    const caller = this.#behalf?.caller;
    const request = {
      provider: "keycloak",
      account: this.account,
      operation,
      verb,
      caller: caller === undefined ? undefined : { ...currentContext().caller, ...caller },
      args,
      timeoutMs,
      ...(clock === undefined ? {} : { clock }),
    };
    const secrets = new Set([...this.#secrets(), ...secretsIn(args), ...secretsIn(secret)]);
    return runCall(this.hooks, request, (call) => {
      const logical = logicalCall({ sender: this.#sender, owner: this, call, secrets });
      return withScopedFetch(logical, async () => invoke()).catch((error: unknown) => {
        throw scrubSecrets(error, [...secrets, ...this.#secrets()], call.signal.reason);
      });
    });
  }

  #secrets(): string[] {
    const root = this.#behalf?.root;
    const held = [this.accessToken, this.refreshToken, root?.accessToken, root?.refreshToken];
    return [...this.#parts.secrets, ...held.filter((secret) => secret !== undefined)];
  }

  /** The token of the login that the factory was given. */
  async #sessionToken(): Promise<string> {
    const { session } = this.#parts;
    if (session === undefined) throw noLogin();
    const logical = currentLogicalCall();
    // Waits for another token than this call's signal says are over when the call is.
    const freshToken = (signal: AbortSignal | undefined): Promise<string> => outside(() => session.token(signal));
    if (logical !== undefined) logical.freshToken = freshToken;
    return freshToken(logical?.call.signal);
  }

  /** The token as the SDK has it, refreshed by the SDK; in a client of the factory once for all calls that wait for it. */
  async #sdkToken(): Promise<string | undefined> {
    const refresh = (): Promise<string | undefined> => super.getAccessToken();
    if (this.#hasProvider || !this.isTokenExpired()) return refresh();
    const { takesOver, timeoutMs } = this.#parts;
    if (!takesOver && currentLogicalCall() !== undefined) return refresh();
    const how = { sender: this.#sender, account: this.account, timeoutMs, secrets: this.#secrets() };
    if (!takesOver) return runLogin(how, undefined, refresh);
    this.#refreshing ??= runLogin(how, undefined, refresh).finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }
}

function noLogin(): ConfigError {
  return new ConfigError({
    option: "auth",
    accepted: "credentials, as the auth option or in KEYCLOAK_CLIENT_ID and KEYCLOAK_CLIENT_SECRET, or an access token",
    value: undefined,
    hint: "Or log in by auth(), setAccessToken() or registerTokenProvider() before the first call",
  });
}
