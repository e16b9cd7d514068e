/**
 * One request as the server saw it, in order of arrival.
 *
 * @public
 */
export interface LedgerEntry {
  /** Arrival by the simulator's limit clock. Unit: milliseconds since the simulator started; never goes back. */
  readonly atMs: number;
  /** Arrival by the wall clock. Unit: milliseconds of Unix time. */
  readonly wallMs: number;
  /** The provider's name of the method, as called. */
  readonly method: string;
  /** Workspace of the token; absent when no valid token came. */
  readonly team?: string;
  /** App of the token; absent when no valid token came. */
  readonly app?: string;
  /** Channel the request names: its id where it exists, the user's id for direct messages, else as written. */
  readonly channel?: string;
  /** Path of the request, where the method is a route with placeholders. */
  readonly path?: string;
  /** Whose quota it used, where that is told apart so: `user 1`, `installation 7`, `ip 127.0.0.1`. */
  readonly account?: string;
  /** Name of the provider's limit it was counted against, or of the one that refused it. */
  readonly limit?: string;
  /** What it took from that limit; a request refused, or answered for nothing, took 0. */
  readonly cost?: number;
  /** Whether it was refused for its rate with another status than 429. */
  readonly throttled?: boolean;
  /** HTTP status sent; absent when the connection was dropped or left hanging. */
  readonly status?: number;
  /** Whether the request was let through and counted against its limit. */
  readonly accepted: boolean;
  /** The `Retry-After` sent with a refusal. Unit: whole real seconds. */
  readonly retryAfterSeconds?: number;
  /** Size of the request's body. Unit: bytes. */
  readonly bytes: number;
}
