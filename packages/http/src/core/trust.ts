import { ConfigError, wholeBetween } from "@sluice/core";
import { canonicalIp, ipPrefix } from "@sluice/policy";
import { remembered } from "./remembered.js";

/**
 * Which proxies are believed when they name the address behind them.
 *
 * - `false`: none; the address is that of the connection.
 * - A number: so many, counted from here, whatever their addresses. Exact only when every request comes through all of them.
 * - Addresses, networks, or the names `loopback`, `linklocal`, `uniquelocal`.
 * - A function of the address and its distance: 0 is the other end of the connection.
 */
export type TrustProxy = false | number | string | readonly string[] | ((address: string, hop: number) => boolean);

/** Whether a hop is believed. The address is undefined where the runtime does not tell it. */
export type Trusted = (address: string | undefined, hop: number) => boolean;

const names: Readonly<Record<string, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "::1"],
  linklocal: ["169.254.0.0/16", "fe80::/10"],
  uniquelocal: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

const accepted =
  'false, a number of proxies, addresses, networks, "loopback", "linklocal", "uniquelocal", or a function of an address';

/** @throws ConfigError naming what is no address. */
export function resolveTrust(trustProxy: TrustProxy): Trusted {
  if (trustProxy === false) return () => false;
  if (typeof trustProxy === "number") {
    const hops = wholeBetween("trustProxy", trustProxy, 0, 100);
    return (_, hop) => hop < hops;
  }
  if (typeof trustProxy === "function")
    return (address, hop) => address !== undefined && trustProxy(address, hop) === true;
  if (typeof trustProxy !== "string" && !Array.isArray(trustProxy)) {
    const hint = "true would believe whatever a client writes";
    throw new ConfigError({ option: "trustProxy", accepted, value: trustProxy, hint });
  }
  const ranges = [trustProxy]
    .flat()
    .flatMap((entry: string, index) =>
      (Object.hasOwn(names, entry) ? (names[entry] ?? []) : [entry]).map((text) => rangeOf(text, index)),
    );
  // Two networks are the same when their canonical spellings are.
  const within = remembered((address) => ranges.some(({ network, bits }) => ipPrefix(address, bits) === network));
  return (address) => address !== undefined && within(address);
}

function rangeOf(text: string, index: number): { readonly network: string; readonly bits: number } {
  const network = typeof text === "string" ? canonicalIp(text.trim()) : undefined;
  if (network === undefined) throw new ConfigError({ option: `trustProxy[${index}]`, accepted, value: text });
  const length = network.split("/")[1];
  return { network, bits: length === undefined ? (network.includes(":") ? 128 : 32) : Number(length) };
}
