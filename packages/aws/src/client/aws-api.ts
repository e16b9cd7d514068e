import type { Caller, HookChain } from "@sluice/core";
import type { ApiLimits, Mode } from "@sluice/kit";
import { hideSecrets, instrument, onBehalfOf } from "./instrument.js";
import { serviceOf } from "./limits/service-of.js";
import type { ClientParts } from "./parts.js";
import type { AwsClient } from "./sdk.js";

/** What every client of ours has beside the SDK's own members. */
export interface AwsApiMembers<Client> {
  /** Whose quota the calls use. */
  readonly account: string;
  /** The hook chain: print it with `describe()`, change it by name. */
  readonly hooks: HookChain;
  /** Whether limits are enforced, only recorded or ignored; may be changed at any time. */
  mode: Mode;
  /** The same client acting on behalf of a caller; it shares chain and limits with this one. */
  as(caller: Caller): Client & AwsApiMembers<Client>;
  /** The limits, to be asked: what is charged, how full, who waits, and which limits a command passes. */
  limits(): ApiLimits;
  /** Fails what waits for the limiter, and gives up the store. `destroy()` closes the SDK's connections too. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A client of the SDK, of exactly its own type, with what is ours. */
export type AwsApi<Client> = Client & AwsApiMembers<Client>;

/** Instruments a client in place and adds our members to it, hidden from iteration. */
export function extend<Client extends AwsClient>(client: Client, parts: ClientParts): AwsApi<Client> {
  instrument(client, parts);
  hideSecrets(client, parts);
  addMembers(client, client, parts, {});
  const destroy = client.destroy;
  define(client, {
    destroy: () => {
      void parts.close();
      destroy.call(client);
    },
  });
  return client as AwsApi<Client>;
}

function addMembers<Client extends AwsClient>(target: Client, base: Client, parts: ClientParts, caller: Caller): void {
  const close = (): Promise<void> => parts.close();
  Object.defineProperty(target, "mode", {
    get: parts.mode.get,
    set: parts.mode.set,
    enumerable: false,
    configurable: true,
  });
  define(target, {
    account: parts.account,
    hooks: parts.chain,
    limits: () => parts.limits(serviceOf(base)),
    close,
    [Symbol.asyncDispose]: close,
    as: (more: Caller): Client => {
      const merged = { ...caller, ...more };
      const derived = onBehalfOf(base, merged);
      addMembers(derived, base, parts, merged);
      return derived;
    },
  });
}

function define(target: object, members: object): void {
  for (const key of Reflect.ownKeys(members)) {
    const value: unknown = Reflect.get(members, key);
    Object.defineProperty(target, key, { value, enumerable: false, configurable: true, writable: false });
  }
}
