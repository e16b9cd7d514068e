// What the dashboards have in common: windows, colours, and panels that stand on more than one of them.

import { quantile } from "../promql.mjs";

/** Grafana's own: at least four scrapes. */
export const window = "$__rate_interval";
/** All the time that is shown. */
export const shown = "$__range";

/** Steps of colours: the first from the bottom on, each other from its value on. */
export function steps(color, ...more) {
  return [{ color, value: null }, ...more.map(([value, next]) => ({ color: next, value }))];
}

/** How attempts end. */
export const outcomeColors = {
  ok: "green",
  client_error: "yellow",
  server_error: "orange",
  throttled: "red",
  network_error: "purple",
  aborted: "blue",
  deadline_exceeded: "dark-orange",
  limit_exceeded: "dark-yellow",
  other: "text",
};

const breakerStates = {
  0: { text: "closed", color: "green", index: 0 },
  1: { text: "open", color: "red", index: 1 },
  2: { text: "half-open", color: "yellow", index: 2 },
  3: { text: "isolated", color: "purple", index: 3 },
};

/** From the best to the worst, so that the greatest of several processes is the one to show. */
const storeModes = ["shared", "memory", "local", "open", "closed"];
const storeColors = ["green", "blue", "orange", "red", "dark-red"];

/** p50, p95 and p99 of a histogram. */
export function quantiles(bucket) {
  return [
    [quantile(0.5, bucket, [], window), "p50"],
    [quantile(0.95, bucket, [], window), "p95"],
    [quantile(0.99, bucket, [], window), "p99"],
  ];
}

/** Breakers over time, the worst of what the processes see. */
export function breakerPanel(selector, size) {
  return {
    kind: "state-timeline",
    title: "Circuit breakers",
    about: "How each breaker stood, as the process saw it that saw it worst.",
    unit: "none",
    mappings: breakerStates,
    queries: [[`max by (breaker) (${selector})`, "{{breaker}}"]],
    size,
  };
}

/** Where limits are kept, over time: the worst mode that any client is in. */
export function storeModePanel(series, size) {
  // The mode's rank where it has clients, however many, and nothing where it has none.
  const coded = storeModes.map(
    (mode, index) => `(${series("sluice_store_mode", `mode="${mode}"`)} > 0) * 0 + ${index + 1}`,
  );
  const entries = storeModes.map((text, index) => [index + 1, { text, color: storeColors[index], index }]);
  return {
    kind: "state-timeline",
    title: "Where limits are kept",
    about:
      "shared: in Redis. memory: in each process, by choice. local, open, closed: Redis is away. Of several clients the worst is shown.",
    unit: "none",
    mappings: Object.fromEntries(entries),
    queries: [[`max by (provider) (${coded.join(" or ")})`, "{{provider}}"]],
    size,
  };
}

/** Places of concurrency limits: what is held, of what there is. */
export function placesUsed(series) {
  const active = `sum by (provider, account) (${series("sluice_concurrent_jobs_active")})`;
  return `${active} / max by (provider, account) (${series("sluice_concurrent_jobs_limit")})`;
}

/** Calls whose last attempt might have been repeated, of all that repeated something or would have had to. */
export function exhaustedShare(series, by, over) {
  const end = (matcher) => `sum${by} (${over(series("sluice_retry_attempts_total", matcher))})`;
  const none = by === "" ? " or vector(0)" : "";
  return `(${end('outcome="exhausted"')}${none}) / ${end('outcome!="repeated"')}`;
}
