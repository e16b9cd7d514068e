/** What is read of `metricCatalogue`. */
export type MetricList = readonly {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}[];

/** What is read of `labelCatalogue`. */
export type LabelList = readonly {
  readonly label: string;
  readonly of?: string;
  readonly values: readonly string[] | string;
}[];

/** Holds expressions against the lists. */
export interface Checker {
  /**
   * The metrics that an expression names, and the labels that they carry.
   *
   * @throws Error for a metric, a label or a label's value that the lists do not have.
   */
  check(expression: string): { readonly metrics: MetricList; readonly labels: ReadonlySet<string> };
}

/** Makes the check. */
export function createChecker(metrics: MetricList, labels: LabelList): Checker;
