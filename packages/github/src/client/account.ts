import { createHmac } from "node:crypto";

/** Names a secret without telling it: one way, and the same in every process. */
export function fingerprint(secret: string): string {
  return createHmac("sha256", "sluice github token fingerprint").update(secret).digest("hex").slice(0, 12);
}

/**
 * Whose quota a call uses: the client's, or with an authorization of its own another account's, named by a fingerprint. Where the
 * client has one, Octokit overwrites the call's.
 */
export function accountOf(account: string, authenticates: boolean, authorization: unknown): string {
  if (authenticates || typeof authorization !== "string" || authorization === "") return account;
  return `${account}:${fingerprint(authorization.replace(/^\S+\s+/, ""))}`;
}
