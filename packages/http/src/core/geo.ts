import { type Clock, wholeBetween } from "@sluice/core";
import { type Outcome, within } from "./within.js";

/** Which country an address is in; undefined where nobody knows. Any text of 1 to 64 characters will do, such as `"DE"`. */
export type GeoLookup = (ip: string) => string | undefined | Promise<string | undefined>;

/** How much is remembered of what was looked up. */
export interface GeoCacheOptions {
  /** Addresses. Range: whole numbers 0 to 1e6. @defaultValue 10000 */
  readonly maxEntries?: number;
  /** Unit: milliseconds. Range: whole numbers 0 to 30 days. @defaultValue an hour */
  readonly ttlMs?: number;
}

/** The role `country:XX` of an address; a lookup that fails is told of to whoever caused it. */
export type CountryRole = (ip: string, failed: (error: unknown) => void) => string | Promise<string>;

/** Roles that only a lookup may give. */
export const countryPrefix = "country:";
/** That of whom nobody can place. */
export const unknownCountry = `${countryPrefix}unknown`;

interface Entry {
  readonly role: string | Promise<string>;
  readonly untilMs: number;
}

/** What nobody could say is asked again soon. Unit: milliseconds. */
const UNKNOWN_MS = 10_000;

/**
 * Looks countries up, each address once for all who wait, and remembers them. Who cannot be placed in time is in `country:unknown`, so that a
 * policy for it may exist.
 */
export function createCountries(
  lookup: GeoLookup,
  cache: GeoCacheOptions,
  { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock },
): CountryRole {
  const maxEntries = wholeBetween("geoCache.maxEntries", cache.maxEntries ?? 10_000, 0, 1e6);
  const ttlMs = wholeBetween("geoCache.ttlMs", cache.ttlMs ?? 3_600_000, 0, 30 * 86_400_000);
  const known = new Map<string, Entry>();

  const remember = (ip: string, role: Entry["role"], forMs: number): void => {
    known.delete(ip);
    known.set(ip, { role, untilMs: clock.now() + forMs });
    for (const oldest of known.keys()) {
      if (known.size <= maxEntries) break;
      known.delete(oldest);
    }
  };
  const settle = (ip: string, outcome: Outcome<string | undefined>, failed: (error: unknown) => void): string => {
    if (outcome.kind !== "value") failed(outcome.kind === "error" ? outcome.error : new Error("geo took too long"));
    const country = outcome.kind === "value" ? outcome.value : undefined;
    const found = typeof country === "string" && country !== "" && country.length <= 64;
    const role = found ? countryPrefix + country : unknownCountry;
    remember(ip, role, found ? ttlMs : Math.min(ttlMs, UNKNOWN_MS));
    return role;
  };
  return (ip, failed) => {
    const before = known.get(ip);
    if (before !== undefined && clock.now() < before.untilMs) return before.role;
    const asked = within(() => lookup(ip), timeoutMs, clock);
    if (!(asked instanceof Promise)) return settle(ip, asked, failed);
    const role = asked.then((outcome) => settle(ip, outcome, failed));
    remember(ip, role, timeoutMs);
    return role;
  };
}
