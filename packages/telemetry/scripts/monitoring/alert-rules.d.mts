import type { LabelList, MetricList } from "./check-expression.mjs";

/** Where the alert's page stands. */
export function runbookOf(alert: { readonly name: string }): string;

/** The text of the file of rules. @throws Error for an expression that the lists do not bear out. */
export function alertRules(metrics: MetricList, labels: LabelList): string;
