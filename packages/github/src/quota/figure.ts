/** A published figure. */
export interface Figure {
  /** Null where none is published. */
  readonly value: number | null;
  readonly unit: string | null;
  /** Who or what shares it. */
  readonly scope: string;
  /** A key of `githubSources`. */
  readonly source: string;
  readonly note?: string;
  /** Most that it grows to. */
  readonly max?: number;
  /** The value for Enterprise Cloud, where it differs. */
  readonly enterpriseCloud?: number;
  /** The value without a token, where it differs. */
  readonly unauthenticated?: number;
}
