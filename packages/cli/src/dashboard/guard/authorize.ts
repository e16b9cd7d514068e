import type { Clock } from "@sluice/core";
import type { MiddlewareHandler } from "hono";
import { refusal, tryLater } from "../refusal.js";
import { isSameSecret, type Token } from "../token.js";
import { createAttempts } from "./attempts.js";
import type { Sessions } from "./sessions.js";

/** Who is let in. */
export interface AuthorizeOptions {
  readonly token: Token;
  readonly sessions: Sessions;
  readonly clock: Clock;
  /** Told of the first wrong secret in a minute, and of the one after which no more are looked at. */
  readonly onWrong: (attempts: number) => void;
}

/** Wrong secrets in a minute, after which tokens are no longer compared until the minute is over. */
const MOST_WRONG = 10;

/**
 * Lets through who brings the token, or the key of a session, as `Authorization: Bearer`. Never by a cookie: a browser sends those along
 * for whatever page asks, and to every other server on this machine.
 */
export function authorize({ token, sessions, clock, onWrong }: AuthorizeOptions): MiddlewareHandler {
  const wrong = createAttempts(MOST_WRONG, clock);
  return async (context, next) => {
    const given = /^bearer ([\u0021-\u007e]{1,1024})$/i.exec(context.req.header("authorization") ?? "")?.[1];
    // Keys of sessions are drawn by us and cannot be guessed: whoever works with the page goes on while somebody else tries tokens.
    if (given !== undefined && sessions.has(given)) return next();
    if (given === undefined) return unauthorized("a token is needed");
    const waitMs = wrong.waitMs();
    if (waitMs > 0) return tryLater(429, "too many wrong tokens", waitMs);
    if (isSameSecret(given, token.text)) return next();
    const attempts = wrong.count();
    if (attempts === 1 || attempts === MOST_WRONG) onWrong(attempts);
    return unauthorized("that token is not the one");
  };
}

function unauthorized(error: string): Response {
  return refusal(401, error, { "WWW-Authenticate": 'Bearer realm="sluice dashboard"' });
}
