/** A rate that clients keep by themselves. */
export interface ClientRate {
  /** Tokens per second. */
  readonly refillRate: number;
  /** Tokens of a full bucket. */
  readonly burst: number;
  readonly scope: string;
  /** Key of `kubernetesSources`. */
  readonly source: string;
}

/** A figure as it stands in the provider's sources. */
export interface PublishedFigure {
  /** Null where there is none. */
  readonly value: number | null;
  readonly unit: string;
  readonly scope: string;
  /** Key of `kubernetesSources`. */
  readonly source: string;
  readonly note?: string;
}
