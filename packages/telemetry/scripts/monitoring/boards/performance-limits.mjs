// What calls wait for: the rows of waits, tokens and places.

import * as parts from "./parts.mjs";

const { steps } = parts;
const wait = "sluice_rate_limit_wait_seconds";

export function waiting(series, rate) {
  return [
    {
      kind: "timeseries",
      title: "Wait of granted attempts",
      about: "From asking for tokens to having them.",
      unit: "s",
      queries: parts.quantiles(series(`${wait}_bucket`)),
      size: [12, 8],
    },
    {
      kind: "heatmap",
      title: "Waits",
      about: "How many attempts waited how long.",
      unit: "s",
      queries: [[`sum by (le) (${rate(`${wait}_bucket`)})`, "{{le}}"]],
      size: [12, 8],
    },
    {
      kind: "timeseries",
      title: "Mean wait",
      about: "By whose quota it is.",
      unit: "s",
      queries: [
        [
          `sum by (provider, account) (${rate(`${wait}_sum`)}) / sum by (provider, account) (${rate(`${wait}_count`)})`,
          "{{provider}} {{account}}",
        ],
      ],
      size: [12, 8],
    },
    {
      kind: "timeseries",
      title: "No time to wait",
      about: "Attempts that were refused at once, since their deadline would come before their turn.",
      unit: "reqps",
      noValue: "none",
      emptyWhenHealthy: "every attempt had time to wait for its turn.",
      queries: [
        [`sum by (provider, account) (${rate("sluice_rate_limit_timeouts_total")})`, "{{provider}} {{account}}"],
      ],
      size: [12, 8],
    },
  ];
}

export function tokens(series, rate) {
  return [
    {
      kind: "timeseries",
      title: "Tokens taken",
      about: "The rate at which each quota is used.",
      unit: "cps",
      queries: [
        [`sum by (provider, account) (${rate("sluice_rate_limit_acquired_total")})`, "{{provider}} {{account}}"],
      ],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Tokens left",
      about: "In the tightest bucket, as the process saw it that saw the least.",
      unit: "short",
      queries: [
        [`min by (provider, account) (${series("sluice_rate_limit_tokens_available")})`, "{{provider}} {{account}}"],
      ],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Refused at once",
      about: "By a limit in shadow, for a cost that can never fit, or by a policy.",
      unit: "reqps",
      noValue: "none",
      emptyWhenHealthy: "nothing was refused.",
      queries: [[`sum by (reason) (${rate("sluice_rate_limit_rejected_total")})`, "{{reason}}"]],
      size: [8, 8],
    },
  ];
}

export function places(series, rate) {
  return [
    {
      kind: "timeseries",
      title: "Places held",
      about: "Attempts that hold places of concurrency limits, and the places there are.",
      unit: "short",
      queries: [
        [`sum by (provider, account) (${series("sluice_concurrent_jobs_active")})`, "{{provider}} {{account}}: held"],
        [
          `max by (provider, account) (${series("sluice_concurrent_jobs_limit")})`,
          "{{provider}} {{account}}: there are",
        ],
      ],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Places used",
      about: "The alert SluiceConcurrencyNearLimit fires at 90 %.",
      unit: "percentunit",
      min: 0,
      thresholds: steps("green", [0.9, "red"]),
      dashed: true,
      queries: [[parts.placesUsed(series), "{{provider}} {{account}}"]],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "No place free",
      about: "Attempts that found no free place in their time.",
      unit: "reqps",
      noValue: "none",
      emptyWhenHealthy: "there was always a free place.",
      queries: [
        [`sum by (provider, account) (${rate("sluice_concurrent_jobs_rejected_total")})`, "{{provider}} {{account}}"],
      ],
      size: [8, 8],
    },
  ];
}
