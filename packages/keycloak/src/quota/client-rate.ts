/** A rate that clients keep by themselves, since the server has none. */
export interface ClientRate {
  /** Tokens per second. */
  readonly refillRate: number;
  /** Tokens of a full bucket. */
  readonly burst: number;
  readonly scope: string;
  /** Key of `keycloakSources`. */
  readonly source: string;
  readonly note?: string;
}
