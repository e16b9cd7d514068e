// The dashboard to begin with: is all well, and if not, where to look.

import { alerts, now, state } from "./overview-now.mjs";
import * as parts from "./parts.mjs";

const { window, steps } = parts;
const requests = "sluice_api_requests_total";
const decisions = "sluice_rate_limit_requests_total";

export const overview = {
  file: "overview.json",
  uid: "sluice-overview",
  title: "Sluice / Overview",
  about: "Calls to providers, limits, policies, and what keeps them.",
  variables: ["provider", "account", "instance"],
};

/** @param {(name: string, ...matchers: string[]) => string} series - see selectorsFor */
export function overviewRows(series) {
  const rate = (...selector) => `rate(${series(...selector)}[${window}])`;
  return [
    { title: "Now", panels: [...now(series, rate), ...state(series), alerts] },
    { title: "Calls", panels: calls(series, rate) },
    { title: "Limits", panels: limits(series, rate) },
    { title: "Policies", panels: policies(series, rate) },
    {
      title: "State",
      panels: [
        parts.storeModePanel(series, [12, 7]),
        parts.breakerPanel(series("sluice_circuit_breaker_state"), [12, 7]),
        {
          kind: "timeseries",
          title: "Places used",
          about: "Part of the places of concurrency limits that is held, of the whole fleet.",
          unit: "percentunit",
          min: 0,
          thresholds: steps("green", [0.9, "red"]),
          dashed: true,
          queries: [[parts.placesUsed(series), "{{provider}} {{account}}"]],
          size: [12, 8],
        },
        {
          kind: "timeseries",
          title: "Retries",
          about: "Attempts that were repeated, and how the calls ended that repeated something or would have had to.",
          unit: "reqps",
          stack: true,
          colors: { repeated: "blue", succeeded: "green", failed: "orange", exhausted: "red" },
          queries: [[`sum by (outcome) (${rate("sluice_retry_attempts_total")})`, "{{outcome}}"]],
          size: [12, 8],
        },
      ],
    },
  ];
}

/** Calls and policies in six figures. */
/** What stands in the way, in six figures. */
function calls(series, rate) {
  return [
    {
      kind: "timeseries",
      title: "Attempts by outcome",
      about: "HTTP attempts of all providers, by how they ended.",
      unit: "reqps",
      stack: true,
      colors: parts.outcomeColors,
      queries: [[`sum by (outcome) (${rate(requests)})`, "{{outcome}}"]],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Attempts by provider",
      about: "A click on a provider leads to its own dashboard.",
      unit: "reqps",
      links: [
        {
          title: "Provider ${__field.labels.provider}",
          url: "/d/sluice-provider?var-provider=${__field.labels.provider}&${__url_time_range}",
          targetBlank: false,
        },
      ],
      queries: [[`sum by (provider) (${rate(requests)})`, "{{provider}}"]],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Duration of attempts",
      about: "From sending to answer, waits for limits not counted.",
      unit: "s",
      queries: parts.quantiles(series("sluice_api_request_duration_seconds_bucket")),
      size: [8, 8],
    },
  ];
}

function limits(series, rate) {
  return [
    {
      kind: "timeseries",
      title: "Waits for limits",
      about: "How long granted attempts waited for their tokens.",
      unit: "s",
      queries: parts.quantiles(series("sluice_rate_limit_wait_seconds_bucket")),
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Granted and refused",
      about: "What limits said to attempts.",
      unit: "reqps",
      colors: { granted: "green", "no time to wait": "orange" },
      queries: [
        [`sum(${rate("sluice_rate_limit_wait_seconds_count")})`, "granted"],
        [`sum(${rate("sluice_rate_limit_timeouts_total")})`, "no time to wait"],
        [`sum by (reason) (${rate("sluice_rate_limit_rejected_total", 'reason!="policy"')})`, "at once: {{reason}}"],
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
  ];
}

function policies(series, rate) {
  return [
    {
      kind: "timeseries",
      title: "Decisions of policies",
      about: "One for each policy that was asked; those in shadow refuse nobody.",
      unit: "reqps",
      stack: true,
      queries: [[`sum by (decision, mode) (${rate(decisions)})`, "{{decision}} ({{mode}})"]],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Fullest buckets",
      about: "The ten policies of which somebody has used up the most.",
      unit: "percentunit",
      min: 0,
      max: 1,
      queries: [
        [`topk(10, max by (policy) (${series("sluice_rate_limit_current_usage", 'policy!=""')}))`, "{{policy}}"],
      ],
      size: [8, 8],
    },
    {
      kind: "timeseries",
      title: "Policies in use",
      about: "By scope and mode.",
      unit: "short",
      queries: [[`max by (scope, mode) (${series("sluice_rate_limit_active_limits")}) > 0`, "{{scope}} ({{mode}})"]],
      size: [8, 8],
    },
  ];
}
