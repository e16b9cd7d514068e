import { type Clock, oneOf, systemClock, wholeBetween } from "@sluice/core";
import { type Identity, ipPrefix } from "@sluice/policy";
import { clientIp, type ForwardedChoice } from "./client-ip.js";
import { normalPath } from "./endpoint.js";
import { createCountries, countryPrefix, type GeoCacheOptions, type GeoLookup } from "./geo.js";
import type { RequestView } from "./request-view.js";
import { resolveTrust, type TrustProxy } from "./trust.js";
import { within } from "./within.js";

/** How a request becomes an identity. */
export interface IdentifyOptions<Request extends object> {
  /**
   * Who calls, from what was verified already: the session, the checked token. What it leaves out is not known; address and endpoint are
   * filled in. A header that anybody can write is no identity.
   *
   * @defaultValue address and endpoint alone
   */
  readonly identify?: (request: Request, seen: SeenRequest) => Identified | undefined | Promise<Identified | undefined>;
  /** Which proxies are believed about the address behind them. @defaultValue false */
  readonly trustProxy?: TrustProxy;
  /** Which header they write. @defaultValue `"either"`: the one that is there; where both are and disagree, neither */
  readonly forwardedHeader?: ForwardedChoice;
  /** Addresses of IPv6 that share so many bits are one caller. Range: whole numbers 16 to 128. @defaultValue 64 */
  readonly ipv6Prefix?: number;
  /** Looks up the country of an address: callers then have the role `country:XX`, or `country:unknown`. @defaultValue none */
  readonly geo?: GeoLookup;
  readonly geoCache?: GeoCacheOptions;
  /**
   * Longest that `identify`, `geo`, `cost` and `skip` may take. Who could not be identified in time is nobody but an address.
   * Unit: milliseconds. Range: whole numbers 1 to 60000.
   *
   * @defaultValue 1000
   */
  readonly identifyTimeoutMs?: number;
  /** Whether `/Login` is another path than `/login`, where the router has not said. @defaultValue as the framework has it */
  readonly caseSensitive?: boolean;
  readonly clock?: Clock;
}

/** An identity, as far as it is known. */
export type Identified = { readonly [Part in keyof Identity]?: Identity[Part] | undefined };

/** What was seen of a request by itself. */
export interface SeenRequest {
  /** In full, also where many addresses of IPv6 count as one. Undefined where the runtime does not tell. */
  readonly ip: string | undefined;
  /** Method and route, such as `"GET /users/:id"`. */
  readonly endpoint: string;
}

/** Says whose a request is. */
export type Identifier<Request extends object> = (
  view: RequestView<Request>,
  spell: (path: string) => string,
) => Promise<Identity>;

/** Where the runtime does not tell addresses, all share one. */
const NOWHERE = "unknown";

/** @throws ConfigError naming the option that is out of range. */
export function createIdentifier<Request extends object>(
  options: IdentifyOptions<Request>,
  failed: (error: unknown, view: RequestView<Request>) => void,
): Identifier<Request> {
  const { identify, geo } = options;
  const clock = options.clock ?? systemClock;
  const timeoutMs = wholeBetween("identifyTimeoutMs", options.identifyTimeoutMs ?? 1000, 1, 60_000);
  const ipv6Prefix = wholeBetween("ipv6Prefix", options.ipv6Prefix ?? 64, 16, 128);
  const trusted = resolveTrust(options.trustProxy ?? false);
  const choice = oneOf("forwardedHeader", options.forwardedHeader ?? "either", [
    "x-forwarded-for",
    "forwarded",
    "either",
  ]);
  const countries = geo === undefined ? undefined : createCountries(geo, options.geoCache ?? {}, { timeoutMs, clock });

  return async (view, spell) => {
    const ip = clientIp(view, trusted, choice);
    const endpoint = endpointOf(view, options.caseSensitive ?? view.caseSensitive, spell);
    const seen: SeenRequest = { ip, endpoint };
    let given: Identified | undefined;
    if (identify !== undefined) {
      const asked = within(() => identify(view.request, seen), timeoutMs, clock);
      const outcome = asked instanceof Promise ? await asked : asked;
      if (outcome.kind === "value") given = outcome.value;
      else failed(outcome.kind === "error" ? outcome.error : new Error("identify took too long"), view);
    }
    const identity: Identity = {
      ...known(given),
      ip: grouped(given?.ip ?? ip ?? NOWHERE, ipv6Prefix),
      endpoint: given?.endpoint ?? endpoint,
    };
    if (countries === undefined || ip === undefined) return identity;
    const role = await countries(ip, (error) => failed(error, view));
    // Only the lookup says where somebody is.
    const roles = (identity.roles ?? []).filter((own) => !own.startsWith(countryPrefix));
    return { ...identity, roles: [...roles, role] };
  };
}

/** A user that is undefined is not known, and no user of that name. */
function known(given: Identified = {}): Identity {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function grouped(ip: string, ipv6Prefix: number): string {
  return typeof ip === "string" && ip.includes(":") ? (ipPrefix(ip, ipv6Prefix) ?? ip) : ip;
}

function endpointOf(view: RequestView<object>, caseSensitive: boolean, spell: (path: string) => string): string {
  const path = view.route ?? normalPath(view.target);
  const method = view.method.toUpperCase();
  // Routers answer HEAD by what answers GET, and it costs the same.
  return `${method === "HEAD" ? "GET" : method} ${caseSensitive ? path : spell(path)}`;
}
