/** A published token bucket, or a published rate whose burst is unknown. */
export type PublishedSize =
  | { readonly capacity: number; readonly refillPerSecond: number }
  | { readonly limit: number; readonly windowMs: number };

/** One published limit. */
export type PublishedLimit = PublishedSize & {
  /** Its name within the service. */
  readonly bucket: string;
  /** The actions that take from it. */
  readonly actions: readonly string[];
  /** Other sizes in some regions. */
  readonly byRegion?: Readonly<Record<string, PublishedSize>>;
  /** Whose limit it is, in the words of the source. */
  readonly scope: string;
  /** Key of `awsSources`. */
  readonly source: string;
  readonly note?: string;
};
