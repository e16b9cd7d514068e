import { ConfigError } from "@sluice/core";
import { type Endpoint, parseEndpoint } from "../patterns/endpoint.js";
import { type Network, parseNetwork, showNetwork } from "../patterns/network.js";
import { apiKeyDigest } from "../policies/api-key-digest.js";
import type { Identity } from "../policies/policy.js";

/** An identity taken apart, once for all policies. Empty texts count as not known. */
export interface Facts {
  readonly endpoint: Endpoint | undefined;
  readonly user: string | undefined;
  /** Each once, in alphabetical order. */
  readonly roles: readonly string[];
  readonly tenant: string | undefined;
  /** What is no address has no network, and stands for itself. */
  readonly ip: { readonly text: string; readonly network: Network | undefined } | undefined;
  readonly apiKey: { readonly plain: string; readonly digest: string } | undefined;
}

/** @throws ConfigError naming the field that is no text. */
export function factsOf(identity: Identity): Facts {
  const endpoint = text("endpoint", identity.endpoint);
  const ip = text("ip", identity.ip);
  const apiKey = text("apiKey", identity.apiKey);
  return {
    endpoint: endpoint === undefined ? undefined : parseEndpoint(endpoint),
    user: text("user", identity.user),
    roles: rolesOf(identity.roles ?? []),
    tenant: text("tenant", identity.tenant),
    ip: ip === undefined ? undefined : addressOf(ip),
    apiKey: apiKey === undefined ? undefined : { plain: apiKey, digest: apiKeyDigest(apiKey) },
  };
}

function text(field: string, value: string | null | undefined): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  throw new ConfigError({ option: `identity.${field}`, accepted: "a text", value });
}

function rolesOf(roles: readonly string[]): readonly string[] {
  if (!Array.isArray(roles))
    throw new ConfigError({ option: "identity.roles", accepted: "a list of texts", value: roles });
  const known = roles.map((role: string, index) => text(`roles[${index}]`, role)).filter((role) => role !== undefined);
  return [...new Set(known)].toSorted();
}

function addressOf(ip: string): Facts["ip"] {
  const network = parseNetwork(ip);
  return { text: network === undefined ? ip : showNetwork(network), network };
}
