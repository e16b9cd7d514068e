// The overview's first row: is all well.

import { grown, quantile } from "../promql.mjs";
import * as parts from "./parts.mjs";

const { window, shown, steps } = parts;
const requests = "sluice_api_requests_total";
const decisions = "sluice_rate_limit_requests_total";

export function now(series, rate) {
  return [
    {
      kind: "stat",
      title: "Attempts",
      about: "HTTP attempts to all providers.",
      unit: "reqps",
      queries: [[`sum(${rate(requests)})`, "attempts"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Succeeded",
      about: "Part of the attempts that were sent and got a good answer.",
      unit: "percentunit",
      decimals: 2,
      max: 1,
      thresholds: steps("red", [0.95, "yellow"], [0.99, "green"]),
      queries: [
        [
          `sum(${rate(requests, 'outcome="ok"')}) / sum(${rate(requests, 'outcome!~"limit_exceeded|aborted"')})`,
          "succeeded",
        ],
      ],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "429s",
      about: "Answers of 429 in the time shown. None is the aim: each was sent in vain.",
      unit: "short",
      instant: true,
      background: true,
      thresholds: steps("green", [1, "red"]),
      queries: [[`sum(${grown(series(requests, 'outcome="throttled"'), shown)}) or vector(0)`, "429s"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Refused by limits",
      about: "Part of the attempts that our own limits refused, so that nothing was sent.",
      unit: "percentunit",
      decimals: 1,
      thresholds: steps("green", [0.05, "yellow"], [0.2, "red"]),
      queries: [
        [`(sum(${rate(requests, 'outcome="limit_exceeded"')}) or vector(0)) / sum(${rate(requests)})`, "refused"],
      ],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Denied by policies",
      about: "Part of the decisions of enforced policies that were no.",
      unit: "percentunit",
      decimals: 1,
      thresholds: steps("green", [0.05, "yellow"], [0.2, "red"]),
      queries: [
        [
          `(sum(${rate(decisions, 'mode="enforce"', 'decision="denied"')}) or vector(0)) / sum(${rate(decisions, 'mode="enforce"')})`,
          "denied",
        ],
      ],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Wait for limits, p95",
      about: "Within this time 95 of 100 attempts had their tokens.",
      unit: "s",
      thresholds: steps("green", [1, "yellow"], [10, "red"]),
      queries: [[quantile(0.95, series("sluice_rate_limit_wait_seconds_bucket"), [], window), "p95"]],
      size: [4, 4],
    },
  ];
}

export function state(series) {
  return [
    {
      kind: "stat",
      title: "Breakers not closed",
      about: "Circuit breakers that are open, half-open or isolated.",
      unit: "short",
      background: true,
      thresholds: steps("green", [1, "red"]),
      queries: [[`count(max by (breaker) (${series("sluice_circuit_breaker_state")}) > 0) or vector(0)`, "breakers"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Without the shared store",
      about: "Clients that cannot ask Redis at present.",
      unit: "short",
      background: true,
      thresholds: steps("green", [1, "red"]),
      queries: [[`sum(${series("sluice_store_mode", 'mode=~"local|open|closed"')}) or vector(0)`, "clients"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Decision time, p99",
      about: "Within this time 99 of 100 decisions were made, the store's answer included.",
      unit: "s",
      thresholds: steps("green", [0.002, "red"]),
      queries: [[quantile(0.99, series("sluice_rate_limit_decision_seconds_bucket"), [], window), "p99"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Retries exhausted",
      about: "Part of the calls with retries that failed for want of time, retries or budget, in the time shown.",
      unit: "percentunit",
      decimals: 1,
      instant: true,
      noValue: "no retries",
      thresholds: steps("green", [0.05, "red"]),
      emptyWhenHealthy: "no call had to be repeated.",
      queries: [[parts.exhaustedShare(series, "", (selector) => grown(selector, shown)), "exhausted"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Overrides",
      about: "Allow-lists, emergencies and temporary grants that hold at present.",
      unit: "short",
      thresholds: steps("green", [1, "yellow"]),
      queries: [[`sum(max by (kind) (${series("sluice_overrides_active")})) or vector(0)`, "overrides"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Age of the policies",
      about: "Of the process whose copy is the oldest.",
      unit: "s",
      noValue: "no policies",
      thresholds: steps("green", [10, "yellow"], [60, "red"]),
      queries: [[`max(${series("sluice_policy_copy_age_seconds")})`, "age"]],
      size: [4, 4],
    },
  ];
}

export const alerts = {
  kind: "table",
  title: "Alerts that fire",
  about: "Rules of alerts/sluice.rules.yaml that fire, when Prometheus has loaded them.",
  unit: "none",
  value: "Firing",
  noValue: "none",
  emptyWhenHealthy: "no rule fires.",
  queries: [['max by (alertname, severity, instance) (ALERTS{alertname=~"Sluice.+",alertstate="firing"})', ""]],
  size: [24, 5],
};
