/** A limit as the provider's documentation gives it. @public */
export interface PublishedFigure {
  /** Unit: requests or points per window, or requests at a time where there is no window. */
  readonly limit: number;
  /** Length of the window. Unit: milliseconds; 0 where none is meant. */
  readonly windowMs: number;
  /** Whose requests share one count, in the words of the documentation. */
  readonly scope: string;
  /** Key of the source in the data file. */
  readonly source: string;
}
