import { createHash } from "node:crypto";

const MARK = "sha256:";
const digest = /^sha256:[0-9a-f]{32}$/;

/**
 * What stands for an API key wherever it might be seen: `sha256:` and the first 16 bytes of its SHA-256 in hexadecimal. May be used in a policy's
 * `values` in place of the key.
 */
export function apiKeyDigest(key: string): string {
  const hash = createHash("sha256");
  // Lone surrogates are all alike in UTF-8; the byte in front never begins a text that is.
  if (/\p{Surrogate}/u.test(key)) hash.update(Buffer.of(0xff)).update(Buffer.from(key, "utf16le"));
  else hash.update(key);
  return `${MARK}${hash.digest("hex").slice(0, 32)}`;
}

/** Whether a value of a policy already is a digest. */
export function isApiKeyDigest(value: string): boolean {
  return digest.test(value);
}
