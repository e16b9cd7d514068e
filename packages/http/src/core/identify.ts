import { type Clock, ConfigError, oneOf, systemClock, wholeBetween } from "@sluice/core";
import { canonicalIp, type Identity, ipPrefix } from "@sluice/policy";
import { clientIp, type ForwardedChoice } from "./client-ip.js";
import { normalPath } from "./endpoint.js";
import { createCountries, countryPrefix, unknownCountry, type GeoCacheOptions, type GeoLookup } from "./geo.js";
import { after, type NowOrLater } from "./now-or-later.js";
import { remembered } from "./remembered.js";
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
) => NowOrLater<Identity>;

type Known = { -readonly [Part in keyof Identity]: Identity[Part] };

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

  const group = remembered((ip) => grouped(ip, ipv6Prefix));

  /** Everything but the country. */
  const identityOf = (given: Identified | undefined, seen: SeenRequest): Identity => {
    const identity: Known = {
      ip: group(given?.ip ?? seen.ip ?? NOWHERE),
      endpoint: given?.endpoint ?? seen.endpoint,
    };
    // A user that is undefined is not known, and no user of that name.
    if (given?.user !== undefined) identity.user = given.user;
    if (given?.tenant !== undefined) identity.tenant = given.tenant;
    if (given?.roles !== undefined) identity.roles = given.roles;
    if (given?.apiKey !== undefined) identity.apiKey = given.apiKey;
    return identity;
  };
  const placed = (identity: Identity, ip: string | undefined, view: RequestView<Request>): NowOrLater<Identity> => {
    if (countries === undefined) return identity;
    const country = ip === undefined ? unknownCountry : countries(ip, (error) => failed(error, view));
    return after(country, (role) => {
      // Only the lookup says where somebody is.
      const roles = (identity.roles ?? []).filter((own) => !own.startsWith(countryPrefix));
      return { ...identity, roles: [...roles, role] };
    });
  };
  return (view, spell) => {
    const seen: SeenRequest = {
      ip: clientIp(view, trusted, choice),
      endpoint: endpointOf(view, options.caseSensitive ?? view.caseSensitive, spell),
    };
    if (identify === undefined) return placed(identityOf(undefined, seen), seen.ip, view);
    return after(
      within(() => identify(view.request, seen), timeoutMs, clock),
      (outcome) => {
        if (outcome.kind !== "value")
          failed(outcome.kind === "error" ? outcome.error : new Error("identify took too long"), view);
        const given = outcome.kind === "value" ? (outcome.value ?? undefined) : undefined;
        if (given !== undefined && typeof given !== "object")
          throw new ConfigError({
            option: "identify",
            accepted: "a function that gives an object",
            value: typeof given,
          });
        return placed(identityOf(given, seen), given?.ip ?? seen.ip, view);
      },
    );
  };
}

/** What is no address stays what it is: the engine says what it thinks of it. */
function grouped(ip: string, ipv6Prefix: number): string {
  if (typeof ip !== "string") return ip;
  return (ip.includes(":") ? ipPrefix(ip, ipv6Prefix) : canonicalIp(ip)) ?? ip;
}

function endpointOf(view: RequestView<object>, caseSensitive: boolean, spell: (path: string) => string): string {
  const path = view.route ?? normalPath(view.target);
  const method = view.method.toUpperCase();
  // Routers answer HEAD by what answers GET, and it costs the same.
  return `${method === "HEAD" ? "GET" : method} ${caseSensitive ? path : spell(path)}`;
}
