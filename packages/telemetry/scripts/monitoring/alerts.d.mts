/** One alert as it is written. */
export interface WrittenAlert {
  readonly name: string;
  readonly severity: "critical" | "warning" | "info";
  readonly for: string;
  readonly expr: string;
}

/** Groups of alerts, in the order in which they are shown. */
export const alertGroups: readonly { readonly name: string; readonly alerts: readonly WrittenAlert[] }[];
