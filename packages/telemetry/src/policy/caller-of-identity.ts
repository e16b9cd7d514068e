import { createHash } from "node:crypto";
import { labelText } from "../labels/label-text.js";
import type { IdentityLike } from "./engine-like.js";

/** Remembered, so that a busy key is hashed once. */
const MOST_KEYS = 1000;
const isDigest = /^sha256:[0-9a-f]{32}$/;
const digests = new Map<string, string>();

/** Who it is, in one label: user, else the digest of the api key, else address; a tenant before it, with a slash. Empty for nobody. */
export function callerOfIdentity({ user, apiKey, ip, tenant }: IdentityLike): string {
  const who = user ?? (apiKey === undefined ? ip : digestOf(apiKey));
  if (tenant === undefined || tenant === "") return labelText(who);
  return who === undefined ? labelText(tenant) : labelText(`${labelText(tenant)}/${labelText(who)}`);
}

/** What @sluice/policy shows for a key too: `sha256:` and the first half of the digest, in hexadecimal. */
function digestOf(apiKey: string): string {
  if (isDigest.test(apiKey)) return apiKey;
  const known = digests.get(apiKey);
  if (known !== undefined) return known;
  const hash = createHash("sha256");
  // Lone surrogates are all alike in UTF-8; the byte in front never begins a text that is.
  if (/\p{Surrogate}/u.test(apiKey)) hash.update(Buffer.of(0xff)).update(Buffer.from(apiKey, "utf16le"));
  else hash.update(apiKey);
  const digest = `sha256:${hash.digest("hex").slice(0, 32)}`;
  if (digests.size >= MOST_KEYS) digests.clear();
  digests.set(apiKey, digest);
  return digest;
}
