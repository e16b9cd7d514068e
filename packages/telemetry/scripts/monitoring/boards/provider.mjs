// One provider: its operations, accounts, limits and troubles.

import { quantile } from "../promql.mjs";
import { now, operations } from "./provider-now.mjs";
import * as parts from "./parts.mjs";

const { window, steps } = parts;
const requests = "sluice_api_requests_total";
const wait = "sluice_rate_limit_wait_seconds";

export const provider = {
  file: "provider.json",
  uid: "sluice-provider",
  title: "Sluice / Provider",
  about: "One provider's operations, accounts, limits and troubles.",
  variables: ["provider", "account", "instance"],
  one: "provider",
};

/** @param {(name: string, ...matchers: string[]) => string} series - see selectorsFor */
export function providerRows(series) {
  const rate = (...selector) => `rate(${series(...selector)}[${window}])`;
  return [
    { title: "Now", panels: now(series, rate) },
    { title: "Operations", panels: operations(series, rate) },
    { title: "Limits", panels: limits(series, rate) },
    { title: "Refusals and retries", panels: troubles(rate) },
    { title: "Accounts and callers", panels: accounts(series, rate) },
    {
      title: "State",
      panels: [
        parts.storeModePanel(series, [12, 6]),
        parts.breakerPanel(series("sluice_circuit_breaker_state", 'breaker=~"$provider:.*"'), [12, 6]),
      ],
    },
  ];
}

function limits(series, rate) {
  return [
    {
      kind: "timeseries",
      title: "Wait by operation, p95",
      about: "The ten operations that wait longest for their tokens.",
      unit: "s",
      queries: [[`topk(10, ${quantile(0.95, series(`${wait}_bucket`), ["operation"], window)})`, "{{operation}}"]],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Tokens taken by operation",
      about: "The ten operations that use most of the quota.",
      unit: "cps",
      queries: [[`topk(10, sum by (operation) (${rate("sluice_rate_limit_acquired_total")}))`, "{{operation}}"]],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Tokens left",
      about: "The ten tightest, by account and operation, as the process saw it that saw the least.",
      unit: "short",
      queries: [
        [
          `bottomk(10, min by (account, operation) (${series("sluice_rate_limit_tokens_available")}))`,
          "{{account}} {{operation}}",
        ],
      ],
      size: [8, 8],
    },
  ];
}

function troubles(rate) {
  const retries = "sluice_retry_attempts_total";
  return [
    {
      kind: "timeseries",
      title: "429s by operation",
      about: "What the provider refused for its rate.",
      unit: "reqps",
      noValue: "none",
      emptyWhenHealthy: "the provider answered no 429.",
      queries: [
        [`sum by (account, operation) (${rate(requests, 'outcome="throttled"')})`, "{{account}} {{operation}}"],
      ],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Refused by limits",
      about: "Attempts that our own limits refused: no time to wait, or at once.",
      unit: "reqps",
      noValue: "none",
      emptyWhenHealthy: "every attempt had its tokens in time.",
      queries: [
        [`sum by (operation) (${rate("sluice_rate_limit_timeouts_total")})`, "{{operation}}: no time"],
        [
          `sum by (operation, reason) (${rate("sluice_rate_limit_rejected_total", 'reason!="policy"')})`,
          "{{operation}}: {{reason}}",
        ],
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
        [`sum by (operation) (${rate("sluice_retry_after_ignored_total")})`, "{{operation}}: not read"],
        [`sum by (operation) (${rate("sluice_retry_after_capped_total")})`, "{{operation}}: too long"],
      ],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Repeated attempts by reason",
      about: "What made calls repeat their attempts.",
      unit: "reqps",
      stack: true,
      noValue: "none",
      emptyWhenHealthy: "no call had to be repeated.",
      queries: [[`sum by (reason) (${rate(retries, 'outcome="repeated"')})`, "{{reason}}"]],
      size: [12, 8],
    },
    {
      kind: "timeseries",
      title: "How calls with retries ended",
      about: "exhausted: no time, retries or budget was left.",
      unit: "reqps",
      stack: true,
      noValue: "none",
      colors: { succeeded: "green", failed: "orange", exhausted: "red" },
      emptyWhenHealthy: "no call had to be repeated.",
      queries: [[`sum by (outcome) (${rate(retries, 'outcome!="repeated"')})`, "{{outcome}}"]],
      size: [12, 8],
    },
  ];
}

function accounts(series, rate) {
  return [
    {
      kind: "timeseries",
      title: "Attempts by account",
      about: "Whose quota is used.",
      unit: "reqps",
      stack: true,
      queries: [[`sum by (account) (${rate(requests)})`, "{{account}}"]],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Attempts by caller",
      about: "The ten busiest; no name stands for nobody known, `other` for callers that are not told apart.",
      unit: "reqps",
      queries: [[`topk(10, sum by (caller) (${rate(requests)}))`, "{{caller}}"]],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Places used",
      about: "Part of the places of concurrency limits that is held, of the whole fleet.",
      unit: "percentunit",
      min: 0,
      noValue: "no places",
      thresholds: steps("green", [0.9, "red"]),
      dashed: true,
      queries: [[parts.placesUsed(series), "{{account}}"]],
      size: [8, 8],
    },
  ];
}
