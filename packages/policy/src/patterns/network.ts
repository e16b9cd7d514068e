import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

/** An address, or all addresses that share its first bits. */
export interface Network {
  /** 16 bits each: 2 for IPv4, 8 for IPv6. Bits beyond `bits` are zero. */
  readonly parts: readonly number[];
  /** 32 or 128 for a single address. */
  readonly bits: number;
}

/** No address and no network has a longer spelling. */
const LONGEST = 64;

/**
 * Reads an address or a network such as `10.0.0.0/8`. IPv4 in four decimal numbers alone, as other spellings are read differently by
 * different programs; IPv4 mapped into IPv6 is IPv4; a zone is left out.
 *
 * @returns undefined for anything else.
 */
export function parseNetwork(text: string): Network | undefined {
  if (text.length > LONGEST) return undefined;
  const [address = "", length, more] = text.split("/");
  const parts = partsOf(address);
  if (parts === undefined || more !== undefined) return undefined;
  const most = 16 * parts.length;
  if (length === undefined) return unmapped(parts, most);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(length) || Number(length) > most) return undefined;
  return unmapped(masked(parts, Number(length)), Number(length));
}

/**
 * An address in its one canonical spelling, for use as a name: IPv6 as in RFC 5952, IPv4 mapped into IPv6 as IPv4, without a zone.
 * Networks keep their length.
 *
 * @returns undefined for a text that is none.
 */
export function canonicalIp(text: string): string | undefined {
  const network = parseNetwork(text);
  return network === undefined ? undefined : showNetwork(network);
}

/**
 * The network that an address lies in, such as `2001:db8:1:2::/64`, for counting a whole subscriber as one. As many bits as the address has
 * give the address itself.
 *
 * @param bits - length of the network; at most 32 count for IPv4.
 * @returns undefined for a text that is no address.
 */
export function ipPrefix(ip: string, bits: number): string | undefined {
  const network = parseNetwork(ip);
  if (network === undefined || !Number.isInteger(bits) || bits < 0) return undefined;
  const length = Math.min(bits, network.bits);
  return showNetwork({ parts: masked(network.parts, length), bits: length });
}

/** The network in its canonical spelling. */
export function showNetwork({ parts, bits }: Network): string {
  const address =
    parts.length === 2
      ? parts.flatMap((part) => [part >> 8, part & 255]).join(".")
      : new ipaddr.IPv6([...parts]).toRFC5952String();
  return bits === 16 * parts.length ? address : `${address}/${bits}`;
}

/** One short text for each network of a length, and never the same for IPv4 and IPv6. */
export function networkKey(parts: readonly number[], bits: number): string {
  return String.fromCharCode(...masked(parts, bits));
}

/** Whether all of `inner` lies in `outer`. */
export function inNetwork(outer: Network, inner: Network): boolean {
  if (outer.parts.length !== inner.parts.length || outer.bits > inner.bits) return false;
  return networkKey(outer.parts, outer.bits) === networkKey(inner.parts, outer.bits);
}

function partsOf(address: string): number[] | undefined {
  if (isIPv4(address)) {
    const [a, b, c, d] = ipaddr.IPv4.parse(address).octets as [number, number, number, number];
    return [(a << 8) | b, (c << 8) | d];
  }
  if (!isIPv6(address)) return undefined;
  const [plain = ""] = address.split("%");
  return ipaddr.IPv6.parse(withoutDots(plain)).parts;
}

/** ipaddr.js takes every IPv6 address with dots in it for a mapped one. */
function withoutDots(address: string): string {
  const colon = address.lastIndexOf(":") + 1;
  const tail = address.slice(colon);
  if (!tail.includes(".")) return address;
  const [high = 0, low = 0] = partsOf(tail) ?? [];
  return `${address.slice(0, colon)}${high.toString(16)}:${low.toString(16)}`;
}

function masked(parts: readonly number[], bits: number): number[] {
  return parts.map((part, index) => part & (0xffff << Math.min(16, Math.max(0, 16 * (index + 1) - bits))) & 0xffff);
}

/** What lies in ::ffff:0:0/96 is IPv4. */
function unmapped(parts: readonly number[], bits: number): Network {
  const mapped =
    parts.length === 8 && bits >= 96 && parts[5] === 0xffff && parts.slice(0, 5).every((part) => part === 0);
  return mapped ? { parts: parts.slice(6), bits: bits - 96 } : { parts, bits };
}
