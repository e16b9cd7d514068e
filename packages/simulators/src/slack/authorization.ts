/** Whom a token belongs to. @public */
export interface TokenOwner {
  /** Name of the workspace. */
  readonly team: string;
  /** Name of the app. */
  readonly app: string;
}

/** What a token turns out to be. */
export type Authorization =
  | { readonly kind: "known"; readonly token: string; readonly owner: TokenOwner }
  | { readonly kind: "refused"; readonly error: "not_authed" | "invalid_auth" | "token_revoked" };

/** Knows the tokens. */
export interface Tokens {
  authorize(token: string | undefined): Authorization;
  revoke(token: string): void;
}

/** The owner of every token when no list of tokens is given. */
export const defaultOwner: TokenOwner = { team: "acme", app: "simulated-app" };

/** With a list, only its tokens are good; without one, whatever starts with `xox` is. */
export function knownTokens(owners: Readonly<Record<string, TokenOwner>> | undefined): Tokens {
  const revoked = new Set<string>();
  const ownerOf = (token: string): TokenOwner | undefined => {
    if (owners !== undefined) return Object.hasOwn(owners, token) ? owners[token] : undefined;
    return token.startsWith("xox") ? defaultOwner : undefined;
  };
  return {
    authorize(token) {
      if (token === undefined || token === "") return { kind: "refused", error: "not_authed" };
      const owner = ownerOf(token);
      if (owner === undefined) return { kind: "refused", error: "invalid_auth" };
      if (revoked.has(token)) return { kind: "refused", error: "token_revoked" };
      return { kind: "known", token, owner };
    },
    revoke: (token) => void revoked.add(token),
  };
}

/** The token of a request: from the `Authorization` header, else from the arguments. */
export function tokenOf(header: string | undefined, argument: string | undefined): string | undefined {
  return /^Bearer\s+(.+)$/i.exec(header ?? "")?.[1] ?? argument;
}
