import type { LabelList, MetricList } from "./check-expression.mjs";

/** One panel as it is written. */
export interface WrittenPanel {
  readonly title: string;
  readonly about: string;
  /** Expression and legend of each. */
  readonly queries: readonly (readonly [string, string])[];
  /** Why it may have no series while nothing is wrong; absent where it must have some. */
  readonly emptyWhenHealthy?: string;
}

/** One dashboard as it is written, and the text of its file. */
export interface WrittenDashboard {
  readonly file: string;
  readonly uid: string;
  readonly title: string;
  readonly variables: readonly string[];
  readonly rows: readonly { readonly title: string; readonly panels: readonly WrittenPanel[] }[];
  readonly text: string;
}

/** Every dashboard. @throws Error for an expression that the lists do not bear out. */
export function dashboards(metrics: MetricList, labels: LabelList): readonly WrittenDashboard[];
