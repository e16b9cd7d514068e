import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** A token, and until when it is good on the store's clock. */
export interface SealedToken {
  readonly value: string;
  /** Unit: microseconds. */
  readonly untilUs: number;
}

const VERSION = "1";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Text that only who knows the secret can read or make: AES-256-GCM under a key derived from it by HKDF-SHA-256 (RFC 5869). The
 * name is part of what is authenticated, so one token cannot be passed off as another.
 */
export function sealBox(token: SealedToken, secret: string, name: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(secret, name), iv);
  const text = Buffer.concat([cipher.update(JSON.stringify([token.value, token.untilUs])), cipher.final()]);
  return `${VERSION}.${Buffer.concat([iv, cipher.getAuthTag(), text]).toString("base64url")}`;
}

/** What was sealed; undefined for anything else, such as one sealed with an older secret. */
export function openBox(box: string | undefined, secret: string, name: string): SealedToken | undefined {
  if (box === undefined || !box.startsWith(`${VERSION}.`)) return undefined;
  try {
    const bytes = Buffer.from(box.slice(VERSION.length + 1), "base64url");
    const decipher = createDecipheriv("aes-256-gcm", keyOf(secret, name), bytes.subarray(0, IV_BYTES));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    const [value, untilUs] = JSON.parse(text.toString()) as [unknown, unknown];
    return typeof value === "string" && typeof untilUs === "number" ? { value, untilUs } : undefined;
  } catch {
    return undefined;
  }
}

function keyOf(secret: string, name: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "sluice shared token", name, 32));
}
