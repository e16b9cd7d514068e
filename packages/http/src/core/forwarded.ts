import { canonicalIp } from "@sluice/policy";

/** The headers in which proxies name who is behind them. */
export type ForwardedHeader = "x-forwarded-for" | "forwarded";

/** What is read of a header, from its end: the rest may be as long as somebody likes. */
const MOST_BYTES = 8192;

/**
 * The addresses that proxies wrote down, the nearest first; undefined for what is no address. Only as much is read as is asked for.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7239 (Forwarded)
 */
export function* hopsOf(name: ForwardedHeader, header: string): Generator<string | undefined> {
  const quotes = name === "forwarded";
  const first = Math.max(0, header.length - MOST_BYTES);
  let end = header.length;
  let quoted = false;
  for (let at = end - 1; at >= first; at -= 1) {
    const character = header[at];
    // From the end, so that a quote which a client left open spoils nothing that a proxy wrote behind it.
    if (quotes && character === '"') quoted = !quoted;
    if (character !== "," || quoted) continue;
    yield readers[name](header.slice(at + 1, end).trim());
    end = at;
  }
  // What was cut off, or is still quoted, is no whole element.
  if (first === 0 && !quoted) yield readers[name](header.slice(0, end).trim());
}

const readers = { "x-forwarded-for": addressOf, forwarded: addressOfElement } as const;

/** `for=192.0.2.60;proto=http`, `For="[2001:db8::17]:4711"`; neither `unknown` nor `_hidden` is an address. */
function addressOfElement(element: string): string | undefined {
  const given = element
    .split(";")
    .map((pair) => /^\s*for\s*=\s*(?:"([^"\\]*)"|([^"\s]*))\s*$/i.exec(pair))
    .filter((match) => match !== null);
  const [match, more] = given;
  return match === undefined || more !== undefined ? undefined : addressOf(match[1] ?? match[2] ?? "");
}

/** An address, with or without brackets and a port. */
function addressOf(text: string): string | undefined {
  if (text.length > 64 || text.includes("/")) return undefined;
  const bracketed = /^\[([^\]]*)\](?::[\w.-]*)?$/.exec(text);
  if (bracketed !== null) return canonicalIp(bracketed[1] ?? "");
  const [address = "", port, more] = text.split(":");
  return canonicalIp(port !== undefined && more === undefined ? address : text);
}
