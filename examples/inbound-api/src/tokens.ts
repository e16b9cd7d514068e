import { createHmac, timingSafeEqual } from "node:crypto";

/** A real service takes it from where it keeps its secrets. */
const key = "a key for the example";

/** A signed name: whoever knows the key has made it. */
export function tokenFor(user: string): string {
  return `${user}.${createHmac("sha256", key).update(user).digest("base64url")}`;
}

/** Whose token it is; undefined for one that was not signed here. */
export function userOfToken(token: string): string | undefined {
  const user = token.slice(0, token.lastIndexOf("."));
  const [given, expected] = [Buffer.from(token), Buffer.from(tokenFor(user))];
  return given.length === expected.length && timingSafeEqual(given, expected) ? user : undefined;
}
