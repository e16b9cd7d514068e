import type { GitLabUser } from "./state/model.js";
import type { WritableGitLabState } from "./state/state.js";
import { sha1 } from "../git/repository.js";

/** Whom a token belongs to. @public */
export interface GitLabTokenOwner {
  /** Name of a user, who is made when the seeds do not name them. */
  readonly username: string;
}

/** What a request's credentials turn out to be. */
export type Authorization =
  | { readonly kind: "user"; readonly user: GitLabUser }
  | { readonly kind: "nobody" }
  | { readonly kind: "refused"; readonly isOauth: boolean };

/** Where a request may carry a token. */
export interface Credentials {
  header(name: string): string | undefined;
  readonly query: URLSearchParams;
}

/** Tokens of OAuth, as issued. */
export interface Grant {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Knows the tokens, and issues those of OAuth. */
export interface GitLabTokens {
  authorize(credentials: Credentials, nowMs: number): Authorization;
  grant(user: GitLabUser, nowMs: number): Grant;
  /** The user of a refresh token, which can be used once. */
  redeem(refreshToken: string): GitLabUser | undefined;
}

/** How long an access token of OAuth lives. Unit: seconds. */
export const grantSeconds = 7_200;

/** With a list, only its tokens are good; without one, whatever looks like GitLab's is the first user's. */
export function gitlabTokens(
  owners: Readonly<Record<string, GitLabTokenOwner>> | undefined,
  state: WritableGitLabState,
): GitLabTokens {
  const granted = new Map<string, { readonly user: GitLabUser; readonly expiresMs: number }>();
  const refreshable = new Map<string, GitLabUser>();
  let grants = 0;

  const userOf = (token: string, nowMs: number): GitLabUser | undefined => {
    const known = granted.get(token);
    if (known !== undefined) return nowMs < known.expiresMs ? known.user : undefined;
    if (owners === undefined) return /^gl[a-z]+-./.test(token) ? [...state.users.values()][0] : undefined;
    const owner = Object.hasOwn(owners, token) ? owners[token] : undefined;
    return owner && state.user(owner.username);
  };

  return {
    authorize(credentials, nowMs) {
      const { token, isOauth } = tokenOf(credentials);
      if (token === undefined) return { kind: "nobody" };
      const user = userOf(token, nowMs);
      return user === undefined ? { kind: "refused", isOauth } : { kind: "user", user };
    },
    grant(user, nowMs) {
      grants += 1;
      const [accessToken, refreshToken] = [sha1(`access ${grants}`), sha1(`refresh ${grants}`)];
      granted.set(accessToken, { user, expiresMs: nowMs + grantSeconds * 1_000 });
      refreshable.set(refreshToken, user);
      return { accessToken, refreshToken };
    },
    redeem(refreshToken) {
      const user = refreshable.get(refreshToken);
      refreshable.delete(refreshToken);
      return user;
    },
  };
}

function tokenOf({ header, query }: Credentials): { readonly token: string | undefined; readonly isOauth: boolean } {
  const own = header("private-token") ?? header("job-token") ?? query.get("private_token") ?? query.get("job_token");
  if (own !== null && own !== undefined) return { token: own, isOauth: false };
  const bearer = /^Bearer\s+(\S+)$/i.exec(header("authorization") ?? "")?.[1];
  return { token: bearer ?? query.get("access_token") ?? undefined, isOauth: true };
}
