// The first rows of a provider's dashboard: how its operations do.

import { grown, quantile } from "../promql.mjs";
import * as parts from "./parts.mjs";

const { window, shown, steps } = parts;
const requests = "sluice_api_requests_total";
const wait = "sluice_rate_limit_wait_seconds";

export function now(series, rate) {
  const sent = rate(requests, 'outcome!~"limit_exceeded|aborted"');
  return [
    {
      kind: "stat",
      title: "Attempts",
      about: "HTTP attempts to this provider.",
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
      queries: [[`sum(${rate(requests, 'outcome="ok"')}) / sum(${sent})`, "succeeded"]],
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
      title: "Provider's failures",
      about: "Part of the attempts that ended with a server's error or a broken connection.",
      unit: "percentunit",
      decimals: 2,
      thresholds: steps("green", [0.01, "yellow"], [0.05, "red"]),
      queries: [
        [`(sum(${rate(requests, 'outcome=~"server_error|network_error"')}) or vector(0)) / sum(${sent})`, "failures"],
      ],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Duration, p95",
      about: "From sending to answer, waits for limits not counted.",
      unit: "s",
      queries: [[quantile(0.95, series("sluice_api_request_duration_seconds_bucket"), [], window), "p95"]],
      size: [4, 4],
    },
    {
      kind: "stat",
      title: "Wait for limits, p95",
      about: "Within this time 95 of 100 attempts had their tokens.",
      unit: "s",
      thresholds: steps("green", [1, "yellow"], [10, "red"]),
      queries: [[quantile(0.95, series(`${wait}_bucket`), [], window), "p95"]],
      size: [4, 4],
    },
  ];
}

export function operations(series, rate) {
  return [
    {
      kind: "timeseries",
      title: "Attempts by outcome",
      about: "How attempts ended.",
      unit: "reqps",
      stack: true,
      colors: parts.outcomeColors,
      queries: [[`sum by (outcome) (${rate(requests)})`, "{{outcome}}"]],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Attempts by operation",
      about: "The ten busiest.",
      unit: "reqps",
      queries: [[`topk(10, sum by (operation) (${rate(requests)}))`, "{{operation}}"]],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Duration by operation, p95",
      about: "The ten slowest, waits for limits not counted.",
      unit: "s",
      queries: [
        [
          `topk(10, ${quantile(0.95, series("sluice_api_request_duration_seconds_bucket"), ["operation"], window)})`,
          "{{operation}}",
        ],
      ],
      size: [8, 8],
    },
    {
      kind: "table",
      title: "Operations",
      about: "Attempts in the time shown, by operation and outcome; the fifty largest.",
      unit: "short",
      decimals: 0,
      value: "Attempts",
      queries: [[`topk(50, sum by (operation, outcome) (${grown(series(requests), shown)}))`, ""]],
      size: [24, 9],
    },
  ];
}
