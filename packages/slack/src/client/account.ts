import { createHmac } from "node:crypto";

/**
 * Whose quota a call uses: the workspace's, or with a token of its own another account's, named by a fingerprint. The
 * fingerprint is one way and the same in every process.
 */
export function accountOf(workspace: string, ownToken: string | undefined, callToken: unknown): string {
  if (typeof callToken !== "string" || callToken === "" || callToken === ownToken) return workspace;
  return `${workspace}:${createHmac("sha256", "sluice slack token fingerprint").update(callToken).digest("hex").slice(0, 12)}`;
}
