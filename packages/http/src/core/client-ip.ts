import { canonicalIp } from "@sluice/policy";
import { type ForwardedHeader, hopsOf } from "./forwarded.js";
import { remembered } from "./remembered.js";
import type { RequestView } from "./request-view.js";
import type { Trusted } from "./trust.js";

/** Which header is read. `either`: whichever is there; where both are and disagree, neither. */
export type ForwardedChoice = ForwardedHeader | "either";

/** Connections carry many requests. What is no address is kept as it is, so that it is somebody's all the same. */
const peerOf = remembered((address) => canonicalIp(address) ?? address);

/** A chain of proxies is never longer. */
const MOST_HOPS = 100;

/**
 * The nearest address that no trusted proxy vouches for: whom the request comes from. Only what trusted proxies wrote counts; the first thing
 * that is no address ends the walk.
 *
 * @returns the canonical spelling; undefined where the runtime does not tell the other end of the connection.
 */
export function clientIp(
  view: Pick<RequestView<object>, "peer" | "header">,
  trusted: Trusted,
  choice: ForwardedChoice,
): string | undefined {
  const from = view.peer;
  const peer = from === undefined ? undefined : peerOf(from);
  if (!trusted(peer, 0)) return peer;
  const found = headersOf[choice]
    .map((name) => walk(peer, trusted, name, view.header(name)))
    .filter((walked) => walked !== undefined);
  const [one, other] = found;
  // A proxy writes one of the two and lets the other through, so a client may have written it: nobody can say which.
  return other === undefined || other.address === one?.address ? (one?.address ?? peer) : peer;
}

const headersOf: Record<ForwardedChoice, readonly ForwardedHeader[]> = {
  "x-forwarded-for": ["x-forwarded-for"],
  forwarded: ["forwarded"],
  either: ["x-forwarded-for", "forwarded"],
};

function walk(
  peer: string | undefined,
  trusted: Trusted,
  name: ForwardedHeader,
  header: string | undefined,
): { readonly address: string | undefined } | undefined {
  if (header === undefined) return undefined;
  let address = peer;
  let hop = 0;
  for (const next of hopsOf(name, header)) {
    if (next === undefined) break;
    address = next;
    hop += 1;
    if (hop === MOST_HOPS || !trusted(address, hop)) break;
  }
  return { address };
}
