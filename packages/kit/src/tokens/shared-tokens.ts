import { type Clock, isSluiceError, linkSignals, nonEmpty, nonNegative, positive } from "@sluice/core";
import { type CustomStates, encodePart, type Lock } from "@sluice/limiter";
import { createFlights } from "./flights.js";
import { openBox, sealBox } from "./sealed.js";

/** Tokens that the whole fleet gets from a provider once. */
export interface SharedTokens {
  /**
   * The token of that name: the one at hand while it is good, else another process's, else a new one. Only one process of the
   * fleet refreshes at a time; while the store is away each process refreshes for itself.
   *
   * @throws whatever `refresh` throws; the signal's own reason.
   */
  get(name: string, how: TokenRefresh): Promise<string>;
  /** The provider has refused this value: nobody of this process uses it again. */
  forget(name: string, value: string): void;
}

/** How to get a new token. */
export interface TokenRefresh {
  /** What the token is got with: client secret, private key, password. What is stored can only be read with it. */
  readonly secret: string;
  /** Asks the provider. `lifetimeMs` counts from the answer. */
  readonly refresh: (signal: AbortSignal) => Promise<{ readonly value: string; readonly lifetimeMs: number }>;
  /** Ends the wait of this caller; the refresh goes on while others wait for it. */
  readonly signal?: AbortSignal;
  /**
   * A token is not used for the end of its life. Unit: milliseconds. Range: >= 0.
   *
   * @defaultValue 30000
   */
  readonly earlyMs?: number;
}

/** What shared tokens are made of. */
export interface SharedTokensOptions {
  readonly provider: string;
  readonly lock: () => Lock;
  readonly states: () => CustomStates;
  readonly clock: Clock;
}

interface Held {
  readonly value: string;
  /** On the clock's monotonic scale. */
  readonly untilMs: number;
}

/** Who refreshes may take so long before another one tries. */
const LEASE_MS = 15_000;
const LONGEST_WAIT_MS = 30_000;

/** Makes the tokens of one client. Values are sealed before they are stored, and names do not show. */
export function sharedTokens({ provider, lock, states, clock }: SharedTokensOptions): SharedTokens {
  const scope = `tokens:${encodePart(provider)}`;
  const held = new Map<string, Held>();
  const refused = new Map<string, string>();
  const flights = createFlights<string>();

  const good = (name: string, { value, untilMs }: Held, earlyMs: number): boolean =>
    untilMs - earlyMs > clock.now() && refused.get(name) !== value;
  const hold = (name: string, value: string, lifetimeMs: number): string => {
    held.set(name, { value, untilMs: clock.now() + lifetimeMs });
    return value;
  };

  /** What some process has stored, when it is still good. */
  const stored = async (name: string, how: TokenRefresh, earlyMs: number): Promise<string | undefined> => {
    const { nowUs, texts } = await states().load(scope, [encodePart(name)]);
    const opened = openBox(texts[0], how.secret, name);
    if (opened === undefined) return undefined;
    const found = { value: opened.value, untilMs: clock.now() + (opened.untilUs - nowUs) / 1000 };
    if (!good(name, found, earlyMs)) return undefined;
    held.set(name, found);
    return found.value;
  };

  const refreshed = async (name: string, how: TokenRefresh, signal: AbortSignal) => {
    const { value, lifetimeMs } = await how.refresh(signal);
    nonEmpty("value of a refreshed token", value, Number.MAX_SAFE_INTEGER);
    positive("lifetimeMs of a refreshed token", lifetimeMs);
    return { value, lifetimeMs };
  };

  const shared = async (name: string, how: TokenRefresh, earlyMs: number, signal: AbortSignal): Promise<string> => {
    const there = await stored(name, how, earlyMs);
    if (there !== undefined) return there;
    let got: { readonly value: string; readonly lifetimeMs: number } | undefined;
    const options = { leaseMs: LEASE_MS, timeoutMs: LONGEST_WAIT_MS, signal };
    try {
      return await lock().run(`${scope}:${encodePart(name)}`, options, async ({ fence, signal: lost }) => {
        const meanwhile = await stored(name, how, earlyMs);
        if (meanwhile !== undefined) return meanwhile;
        const both = linkSignals([signal, lost]);
        try {
          got = await refreshed(name, how, both.signal);
        } finally {
          both.release();
        }
        const { nowUs } = await states().load(scope, []);
        const untilUs = nowUs + got.lifetimeMs * 1000;
        const text = sealBox({ value: got.value, untilUs }, how.secret, name);
        await states().save(scope, [{ name: encodePart(name), text }], fence, Math.ceil(got.lifetimeMs));
        return hold(name, got.value, got.lifetimeMs);
      });
    } catch (error) {
      // Got, but not to be shared: good for this process all the same.
      if (got !== undefined && isStoresOwn(error)) return hold(name, got.value, got.lifetimeMs);
      throw error;
    }
  };

  const renew = async (name: string, how: TokenRefresh, earlyMs: number, signal: AbortSignal): Promise<string> => {
    try {
      return await shared(name, how, earlyMs, signal);
    } catch (error) {
      if (!isStoresOwn(error)) throw error;
      const { value, lifetimeMs } = await refreshed(name, how, signal);
      return hold(name, value, lifetimeMs);
    }
  };

  return {
    async get(name, how) {
      nonEmpty("name of a token", name, 1024);
      nonEmpty("secret of a token", how.secret, Number.MAX_SAFE_INTEGER);
      const earlyMs = nonNegative("earlyMs", how.earlyMs ?? 30_000);
      const ours = held.get(name);
      if (ours !== undefined && good(name, ours, earlyMs)) return ours.value;
      return flights.join(name, (signal) => renew(name, how, earlyMs, signal), how.signal);
    },
    forget(name, value) {
      refused.set(name, value);
      if (held.get(name)?.value === value) held.delete(name);
    },
  };
}

/** The store or its lock could not be had, which says nothing of the token. */
function isStoresOwn(error: unknown): boolean {
  return isSluiceError(error) && ["STORE_UNAVAILABLE", "LOCK_UNAVAILABLE", "LOCK_LOST"].includes(error.code);
}
