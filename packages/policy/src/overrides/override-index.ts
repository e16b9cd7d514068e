import { type EndpointPattern, matchesEndpoint, parseEndpointPattern } from "../patterns/endpoint-pattern.js";
import { parseEndpoint } from "../patterns/endpoint.js";
import { networkKey, parseNetwork } from "../patterns/network.js";
import { apiKeyDigest } from "../policies/api-key-digest.js";
import type { Identity } from "../policies/policy.js";
import type { Override, OverrideKind } from "./override.js";

/** Overrides, found by whom they are for. */
export interface OverrideIndex {
  /** The one that holds now: of the most specific subject, emergency before allow before grant, the newest of its like. */
  find(identity: Identity, policy: string | undefined, nowMs: number): Override | undefined;
  readonly size: number;
}

/** One look-up for each part of the identity, and one for each length of network; patterns of routes are tried one after the other. */
export function createOverrideIndex(overrides: readonly Override[]): OverrideIndex {
  const named = new Map<string, Override[]>();
  const patterns: { readonly pattern: EndpointPattern; readonly override: Override }[] = [];
  const networks = new Map<
    string,
    { readonly bits: number; readonly parts: number; readonly byKey: Map<string, Override[]> }
  >();
  for (const override of overrides.toSorted(byRank)) {
    const [[kind, value] = ["", ""]] = Object.entries(override.subject) as [string, string][];
    if (kind === "endpoint") {
      const pattern = parseEndpointPattern(value);
      if (pattern !== undefined) patterns.push({ pattern, override });
    } else if (kind === "ip") {
      const network = parseNetwork(value);
      if (network === undefined) continue;
      const { bits, parts } = network;
      const length = `${parts.length}/${bits}`;
      const ofLength = networks.get(length) ?? { bits, parts: parts.length, byKey: new Map() };
      networks.set(length, ofLength);
      push(ofLength.byKey, networkKey(parts, bits), override);
    } else push(named, `${kind} ${value}`, override);
  }
  // Keeps the order of those that are alike.
  const narrowestFirst = patterns.toSorted((one, other) => other.pattern.specificity - one.pattern.specificity);
  const longestFirst = [...networks.values()].toSorted((one, other) => other.bits - one.bits);
  const hasKeys = overrides.some(({ subject }) => subject.apiKey !== undefined);

  const ofEndpoint = (endpoint: string): Override[] => {
    const parsed = parseEndpoint(endpoint);
    return narrowestFirst.filter(({ pattern }) => matchesEndpoint(pattern, parsed)).map(({ override }) => override);
  };
  function* byNetwork(ip: string): Iterable<readonly Override[] | undefined> {
    const address = parseNetwork(ip);
    if (address === undefined) return;
    for (const { bits, parts, byKey } of longestFirst)
      if (parts === address.parts.length && bits <= address.bits) yield byKey.get(networkKey(address.parts, bits));
  }
  /** The most specific first. */
  function* candidates(identity: Identity, policy: string | undefined): Iterable<readonly Override[] | undefined> {
    const { endpoint, user, roles = [], tenant, ip, apiKey } = identity;
    if (endpoint !== undefined && narrowestFirst.length > 0) yield ofEndpoint(endpoint);
    if (user !== undefined) yield named.get(`user ${user}`);
    if (roles.length > 0) yield roles.flatMap((role) => named.get(`role ${role}`) ?? []).toSorted(byRank);
    if (tenant !== undefined) yield named.get(`tenant ${tenant}`);
    if (ip !== undefined && longestFirst.length > 0) yield* byNetwork(ip);
    if (apiKey !== undefined && hasKeys) yield named.get(`apiKey ${apiKeyDigest(apiKey)}`);
    if (policy !== undefined) yield named.get(`policy ${policy}`);
    yield named.get("policy *");
  }
  return {
    size: overrides.length,
    find(identity, policy, nowMs) {
      if (overrides.length === 0) return undefined;
      const holds = ({ untilMs, policies }: Override): boolean =>
        untilMs > nowMs && (policy === undefined || policies === undefined || policies.includes(policy));
      for (const list of candidates(identity, policy)) {
        const found = list?.find(holds);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

const ranks: Readonly<Record<OverrideKind, number>> = { emergency: 0, allow: 1, grant: 2 };

function byRank(one: Override, other: Override): number {
  return ranks[one.kind] - ranks[other.kind] || other.grantedMs - one.grantedMs || (one.id < other.id ? -1 : 1);
}

function push(lists: Map<string, Override[]>, key: string, override: Override): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [override]);
  else list.push(override);
}
