import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "@sluice/core";
import type { SharedTokens } from "@sluice/kit";
import type { Result } from "../client/octokit-hook.js";
import type { RequestOptions } from "../operations/request.js";
import { shortCache, type StrategyCache } from "./short-cache.js";

/** Tokens of an app's installations, got once for the whole fleet. */
export interface InstallationTokens {
  /** Kept by the strategy in place of a cache of its own. */
  readonly cache: StrategyCache;
  /** Marks what runs inside as wanting a new token, however good the last one. */
  renewing<Result>(renew: boolean, run: () => Result): Result;
  /** Answers a strategy's request for a token: with one at hand, or by asking GitHub. */
  answer(options: RequestOptions, ask: AskGitHub): Promise<Result>;
  /** GitHub has refused a request with this authorization; says whether it was one of these tokens. */
  refused(authorization: string): boolean;
}

/** Makes the strategy's request; aborts when nobody waits for it any more. */
export type AskGitHub = (signal: AbortSignal) => Promise<TokenResponse>;

interface TokenResponse {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly data: { readonly token?: unknown; readonly expires_at?: unknown };
}

/** What they are made of. */
export interface InstallationTokensOptions {
  readonly tokens: SharedTokens;
  /** The app's private key: what is stored can only be read with it. */
  readonly secret: string;
  readonly appId: unknown;
  readonly clock: Clock;
}

/** Not used for the end of its life: longer than the strategy keeps it, and one call takes. Unit: milliseconds. */
const EARLY_MS = 90_000;
const MOST_SEEN = 1000;

/**
 * The strategy asks GitHub for a token through the client itself. That request is answered with what some process of the fleet has
 * got already, so that the strategy need not know.
 */
export function installationTokens({ tokens, secret, appId, clock }: InstallationTokensOptions): InstallationTokens {
  const wantsNew = new AsyncLocalStorage<boolean>();
  const cache = shortCache(clock);
  /** Names and stored texts by token, to know it again when it is refused. */
  const seen = new Map<string, { readonly name: string; readonly text: string }>();

  return {
    cache,
    renewing: (renew, run) => wantsNew.run(renew, run),
    async answer(options, ask) {
      const name = nameOf(options, appId);
      let asked = false;
      const refresh = async (signal: AbortSignal): Promise<{ value: string; lifetimeMs: number }> => {
        asked = true;
        const response = await ask(signal);
        return { value: JSON.stringify(response.data), lifetimeMs: lifetimeOf(response, clock) };
      };
      const get = (): Promise<string> => tokens.get(name, { secret, refresh, earlyMs: EARLY_MS });
      let text = await get();
      if (wantsNew.getStore() === true && !asked) {
        tokens.forget(name, text);
        text = await get();
      }
      const data = JSON.parse(text) as { readonly token?: unknown };
      if (seen.size >= MOST_SEEN) seen.clear();
      seen.set(String(data.token), { name, text });
      return { status: 201, url: options.url, headers: {}, data };
    },
    refused(authorization) {
      const token = authorization.replace(/^\S+\s+/, "");
      const found = seen.get(token);
      if (found === undefined) return false;
      seen.delete(token);
      tokens.forget(found.name, found.text);
      cache.clear();
      return true;
    },
  };
}

/** Different rights are different tokens. */
function nameOf({ baseUrl, ...options }: RequestOptions, appId: unknown): string {
  return JSON.stringify([
    baseUrl,
    String(appId),
    options["installation_id"],
    options["repository_ids"],
    options["repositories"],
    options["permissions"],
  ]);
}

/** By the server's own clock, where it tells the time. */
function lifetimeOf({ headers, data }: TokenResponse, clock: Clock): number {
  const dateMs = Date.parse(String(headers["date"] ?? ""));
  const lifeMs = Date.parse(String(data.expires_at ?? "")) - (Number.isNaN(dateMs) ? clock.wallNow() : dateMs);
  // Who does not say for how long is believed for this one call.
  return lifeMs > 0 ? lifeMs : 1;
}
