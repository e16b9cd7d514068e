import type { Clock } from "../clock.js";

/** Whom a token belongs to. */
export interface TokenOwner {
  readonly realm: string;
  readonly clientId: string;
  /** Absent for a client's own. */
  readonly username?: string;
}

/** Tokens handed out. */
export interface Tokens {
  issue(owner: TokenOwner, kind: "access" | "refresh"): string;
  /** Whose it is, while it is good. */
  ownerOf(token: string, kind: "access" | "refresh"): TokenOwner | undefined;
  /** No token handed out so far is good any more. */
  revokeAll(): void;
}

/** What tokens are made of. */
export interface TokensOptions {
  readonly issuer: () => string;
  readonly lifetimeSeconds: { readonly access: number; readonly refresh: number };
  readonly wallClock: Clock;
}

/** Tokens shaped like Keycloak's: their payload can be read, their signature is none. */
export function createTokens({ issuer, lifetimeSeconds, wallClock }: TokensOptions): Tokens {
  const good = new Map<string, { readonly owner: TokenOwner; readonly kind: string; readonly untilMs: number }>();
  let count = 0;
  return {
    issue(owner, kind) {
      count += 1;
      const nowMs = wallClock.nowMs();
      const untilMs = nowMs + lifetimeSeconds[kind] * 1000;
      const payload = {
        exp: Math.floor(untilMs / 1000),
        iat: Math.floor(nowMs / 1000),
        jti: String(count),
        iss: `${issuer()}/realms/${owner.realm}`,
        typ: kind === "access" ? "Bearer" : "Refresh",
        azp: owner.clientId,
        ...(owner.username === undefined ? {} : { preferred_username: owner.username }),
      };
      const token = [{ alg: "none", typ: "JWT" }, payload, { signature: count }].map(encoded).join(".");
      forgetExpired(good, nowMs);
      good.set(token, { owner, kind, untilMs });
      return token;
    },
    ownerOf(token, kind) {
      const found = good.get(token);
      return found?.kind === kind && found.untilMs > wallClock.nowMs() ? found.owner : undefined;
    },
    revokeAll: () => good.clear(),
  };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function forgetExpired(good: Map<string, { readonly untilMs: number }>, nowMs: number): void {
  for (const [token, { untilMs }] of good) if (untilMs <= nowMs) good.delete(token);
}
