import type { Clock } from "../clock.js";
import { sha1 } from "../git/repository.js";
import type { GitHubAccount, GitHubInstallation } from "./state/model.js";
import type { GitHubState } from "./state/state.js";

/** Whom a token belongs to. @public */
export interface GitHubTokenOwner {
  /** Login of a user, who is made when the seeds do not name them. */
  readonly login: string;
}

/** Who a request turns out to come from. */
export type Viewer =
  | { readonly kind: "user"; readonly user: GitHubAccount }
  | { readonly kind: "app" }
  | { readonly kind: "installation"; readonly installation: GitHubInstallation }
  | { readonly kind: "nobody" };

/** What a request's credentials turn out to be. */
export type Authorization = Viewer | { readonly kind: "refused"; readonly message: string };

/** Knows the tokens, and issues those of installations. */
export interface GitHubTokens {
  authorize(header: string | undefined, nowMs: number): Authorization;
  /** A token of an hour. Unit of `nowMs` and `expiresMs`: limit-clock milliseconds. */
  issue(installation: GitHubInstallation, nowMs: number): { readonly token: string; readonly expiresMs: number };
}

/** How long an installation's token lives. Unit: limit-clock milliseconds. */
const lifetimeMs = 3_600_000;
const badCredentials = { kind: "refused", message: "Bad credentials" } as const;

/** With a list, only its tokens are a user's; without one, whatever looks like GitHub's is the first user's. */
export function githubTokens(
  owners: Readonly<Record<string, GitHubTokenOwner>> | undefined,
  state: GitHubState,
  wallClock: Clock,
): GitHubTokens {
  const issued = new Map<string, { readonly installation: GitHubInstallation; readonly expiresMs: number }>();
  const userOf = (token: string): GitHubAccount | undefined => {
    if (owners === undefined) return /^(gh[poush]_|github_pat_)/.test(token) ? [...state.users.values()][0] : undefined;
    const owner = Object.hasOwn(owners, token) ? owners[token] : undefined;
    return owner && state.users.get(owner.login);
  };
  return {
    authorize(header, nowMs) {
      if (header === undefined) return { kind: "nobody" };
      const token = tokenOf(header);
      if (token === undefined) return badCredentials;
      if (token.split(".").length === 3) return authorizeApp(token, wallClock.nowMs());
      const known = issued.get(token);
      if (known !== undefined) {
        return nowMs < known.expiresMs ? { kind: "installation", installation: known.installation } : badCredentials;
      }
      const user = userOf(token);
      return user === undefined ? badCredentials : { kind: "user", user };
    },
    issue(installation, nowMs) {
      const token = `ghs_${sha1(`${installation.id} ${issued.size}`).slice(0, 36)}`;
      issued.set(token, { installation, expiresMs: nowMs + lifetimeMs });
      return { token, expiresMs: nowMs + lifetimeMs };
    },
  };
}

/** `token x`, `Bearer x`, or the password of `Basic`. */
function tokenOf(header: string): string | undefined {
  const [, scheme = "", value] = /^(token|bearer|basic)\s+(\S+)$/i.exec(header.trim()) ?? [];
  if (value === undefined || scheme.toLowerCase() !== "basic") return value;
  return Buffer.from(value, "base64").toString().split(":").slice(1).join(":");
}

/** A token the app signed itself. Its signature is not looked at, its times are. */
function authorizeApp(token: string, wallMs: number): Authorization {
  const claims = claimsOf(token);
  if (claims === undefined) return { kind: "refused", message: "A JSON web token could not be decoded" };
  const expires = claims["exp"];
  if (typeof expires !== "number" || expires * 1_000 <= wallMs) {
    const claim = "'Expiration time' claim ('exp')";
    return {
      kind: "refused",
      message: `${claim} must be a numeric value representing the future time at which the assertion expires`,
    };
  }
  return { kind: "app" };
}

function claimsOf(token: string): Record<string, unknown> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return typeof claims === "object" && claims !== null ? { ...claims } : undefined;
  } catch {
    return undefined;
  }
}
