// How fast the limiter and its store decide, how long calls wait, and what they wait for.

import { quantile } from "../promql.mjs";
import { places, tokens, waiting } from "./performance-limits.mjs";
import * as parts from "./parts.mjs";

const { window, steps } = parts;
const decided = "sluice_rate_limit_decision_seconds";
const wait = "sluice_rate_limit_wait_seconds";

export const performance = {
  file: "performance.json",
  uid: "sluice-performance",
  title: "Sluice / Limiter and store",
  about: "Decision times, waits, tokens, places, and the store behind them.",
  variables: ["provider", "account", "instance"],
};

/** @param {(name: string, ...matchers: string[]) => string} series - see selectorsFor */
export function performanceRows(series) {
  const rate = (...selector) => `rate(${series(...selector)}[${window}])`;
  return [
    { title: "Now", panels: now(series, rate) },
    { title: "Decisions", panels: decisions(series, rate) },
    { title: "Waiting", panels: waiting(series, rate) },
    { title: "Tokens", panels: tokens(series, rate) },
    { title: "Places", panels: places(series, rate) },
    { title: "Store", panels: store(series) },
    { title: "Retries", panels: retries(series, rate) },
  ];
}

function now(series, rate) {
  const within = (bound) => `sum(${rate(`${decided}_bucket`, `le="${bound}"`)}) / sum(${rate(`${decided}_count`)})`;
  return [
    {
      kind: "stat",
      title: "Decisions",
      about: "Of stores and policy engines.",
      unit: "ops",
      queries: [[`sum(${rate(`${decided}_count`)})`, "decisions"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Decision time, p50",
      about: "Half of the decisions were faster.",
      unit: "s",
      queries: [[quantile(0.5, series(`${decided}_bucket`), [], window), "p50"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Decision time, p99",
      about: "The alert SluiceDecisionsSlow fires above 2 ms.",
      unit: "s",
      thresholds: steps("green", [0.002, "red"]),
      queries: [[quantile(0.99, series(`${decided}_bucket`), [], window), "p99"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Within 2 ms",
      about: "Part of the decisions that were made within 2 ms.",
      unit: "percentunit",
      decimals: 2,
      max: 1,
      thresholds: steps("red", [0.99, "green"]),
      queries: [[within("0.002"), "within"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Granted at once",
      about: "Part of the granted attempts that waited for a millisecond at most.",
      unit: "percentunit",
      decimals: 1,
      max: 1,
      queries: [[`sum(${rate(`${wait}_bucket`, 'le="0.001"')}) / sum(${rate(`${wait}_count`)})`, "at once"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Wait, p99",
      about: "Within this time 99 of 100 attempts had their tokens.",
      unit: "s",
      thresholds: steps("green", [10, "yellow"], [30, "red"]),
      queries: [[quantile(0.99, series(`${wait}_bucket`), [], window), "p99"]],
      size: [4, 4],
    },
  ];
}

function decisions(series, rate) {
  return [
    {
      kind: "timeseries",
      title: "Decision time",
      about: "All algorithms together.",
      unit: "s",
      thresholds: steps("green", [0.002, "red"]),
      dashed: true,
      queries: parts.quantiles(series(`${decided}_bucket`)),
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Decision time by algorithm, p99",
      about: "How each way of counting does.",
      unit: "s",
      queries: [[quantile(0.99, series(`${decided}_bucket`), ["algorithm"], window), "{{algorithm}}"]],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Decisions by algorithm",
      about: "How often each way of counting was asked.",
      unit: "ops",
      stack: true,
      queries: [[`sum by (algorithm) (${rate(`${decided}_count`)})`, "{{algorithm}}"]],
      size: [8, 8],
    },
    {
      kind: "heatmap",
      title: "Decision times",
      about: "How many decisions took how long.",
      unit: "s",
      queries: [[`sum by (le) (${rate(`${decided}_bucket`)})`, "{{le}}"]],
      size: [12, 8],
    },
    {
      kind: "timeseries",
      title: "Slowest processes, p99",
      about:
        "The ten processes whose decisions take longest: one alone points to its machine, all together to the store.",
      unit: "s",
      queries: [[`topk(10, ${quantile(0.99, series(`${decided}_bucket`), ["instance"], window)})`, "{{instance}}"]],
      size: [12, 8],
    },
  ];
}

function store(series) {
  return [
    parts.storeModePanel(series, [12, 7]),
    {
      kind: "timeseries",
      title: "Clients by where their limits are kept",
      about: "How much of the fleet is affected while the store is away.",
      unit: "short",
      stack: true,
      colors: { shared: "green", memory: "blue", local: "orange", open: "red", closed: "dark-red" },
      queries: [[`sum by (mode) (${series("sluice_store_mode")}) > 0`, "{{mode}}"]],
      size: [6, 7],
    },
    {
      kind: "timeseries",
      title: "Age of the policies",
      about: "By process; the alert SluicePolicyCopyOld fires above a minute.",
      unit: "s",
      thresholds: steps("green", [60, "red"]),
      dashed: true,
      queries: [[`max by (instance) (${series("sluice_policy_copy_age_seconds")})`, "{{instance}}"]],
      size: [6, 7],
    },
  ];
}

function retries(series, rate) {
  const retry = "sluice_retry_attempts_total";
  return [
    {
      kind: "timeseries",
      title: "Repeated attempts by reason",
      about: "What made calls repeat their attempts.",
      unit: "reqps",
      noValue: "none",
      stack: true,
      emptyWhenHealthy: "no call had to be repeated.",
      queries: [[`sum by (reason) (${rate(retry, 'outcome="repeated"')})`, "{{reason}}"]],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Retries exhausted",
      about: "Part of the calls with retries that failed for want of time, retries or budget.",
      unit: "percentunit",
      min: 0,
      noValue: "none",
      thresholds: steps("green", [0.05, "red"]),
      dashed: true,
      emptyWhenHealthy: "no call ran out of retries.",
      queries: [
        [parts.exhaustedShare(series, " by (provider)", (selector) => `rate(${selector}[${window}])`), "{{provider}}"],
      ],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Retry-After not believed",
      about: "Headers that could not be read, or that asked for more than the longest wait that is believed.",
      unit: "reqps",
      noValue: "none",
      emptyWhenHealthy: "every Retry-After could be read and was short enough.",
      queries: [
        [`sum by (provider) (${rate("sluice_retry_after_ignored_total")})`, "{{provider}}: not read"],
        [`sum by (provider) (${rate("sluice_retry_after_capped_total")})`, "{{provider}}: too long"],
      ],
      size: [8, 8],
    },
  ];
}
