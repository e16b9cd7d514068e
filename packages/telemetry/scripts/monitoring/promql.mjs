// Pieces of PromQL that panels and rules share.

/**
 * How much a counter has grown in a window. `increase` alone does not see a series' first value: ours begin with their first event, so
 * those that are younger than the window count whole.
 */
export function grown(selector, window) {
  return `((${selector} unless ${selector} offset ${window}) or increase(${selector}[${window}]))`;
}

/** A quantile of a histogram's observations of the last minutes. */
export function quantile(part, bucket, by, window) {
  const labels = ["le", ...by].join(", ");
  return `histogram_quantile(${part}, sum by (${labels}) (rate(${bucket}[${window}])))`;
}
